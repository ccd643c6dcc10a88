using System.Globalization;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>
/// Files that look like data sets with every kind of damage mixed in, always the same ones. More than the usual number:
/// FEEDBACKSERVICE_FUZZ_FILES=1000000.
/// </summary>
public sealed class DatasetFuzzTests
{
    private const int UsualFiles = 20_000;
    private static readonly DatasetLimits Tight = new() { MaxFieldBytes = 60, MaxRecordBytes = 200, MaxColumns = 6, MaxLabelCharacters = 20, MaxLabelsPerRow = 3, MaxJsonDepth = 4 };

    [Fact]
    public void AnyFile_GivesAReportThatAddsUp_HoweverItArrives()
    {
        int files = int.TryParse(Environment.GetEnvironmentVariable("FEEDBACKSERVICE_FUZZ_FILES"), CultureInfo.InvariantCulture, out int asked) ? asked : UsualFiles;
        int read = 0;
        for (int seed = 0; seed < files; seed++)
        {
            var random = new SplitMix64((ulong)seed);
            byte[] content = DatasetGarden.Grow(ref random);
            DatasetLimits limits = seed % 3 == 0 ? Tight : DatasetLimits.Default;
            string whole = Digest(new MemoryStream(content), content, limits, $"seed {seed}");
            read += whole.StartsWith("rows", StringComparison.Ordinal) ? 1 : 0;
            if (seed % 4 == 0)
            {
                string dripped = Digest(new DrippingStream(content, (ulong)seed), content, limits, $"seed {seed}, dripping");
                Assert.True(whole == dripped, $"seed {seed}: other rows when the bytes come in small pieces\n{whole}\n{dripped}");
            }
        }

        Assert.InRange((double)read / files, 0.5, 0.99);
    }

    // Everything the reader says of a file, or why it refuses it; any other exception fails the test by itself.
    private static string Digest(Stream stream, byte[] content, DatasetLimits limits, string where)
    {
        try
        {
            using DatasetReader reader = DatasetReader.Open(stream, null, limits);
            var issues = new IssueList();
            var entries = new EntryList();
            ValidationReport report = DatasetValidator.Validate(reader, issues, entries, TestContext.Current.CancellationToken);
            int lines = LineBreaks.Count(content) + 1;
            Assert.True(entries.Entries.Count == report.Rows && entries.Entries.Count(entry => entry.IsValid) == report.ValidRows, $"{where}: rows do not add up");
            Assert.True(report.IssueCount == issues.Issues.Count && report.ErrorCount + report.WarningCount == report.IssueCount, $"{where}: issues do not add up");
            Assert.True(report.IssueCounts.Values.Sum() == report.IssueCount, $"{where}: codes do not add up");
            // One label too many is an error without being one of a row.
            Assert.True(report.ErrorCount == report.Rows - report.ValidRows, $"{where}: not one error for each bad row");
            Assert.True(report.LengthHistogram.Sum(bucket => bucket.Count) == report.ValidRows, $"{where}: lengths do not add up");
            Assert.True(issues.Issues.All(issue => issue.Line is null or >= 1 && (issue.Line ?? 1) <= lines && issue.Message.Length > 10), $"{where}: a line outside the file");
            Assert.True(InOrder(entries.Entries), $"{where}: rows out of order");
            Assert.True(InOrder(issues.Issues), $"{where}: issues out of order");
            CheckPlaces(reader, entries.Entries, where);
            return $"rows {report.Rows} {report.ValidRows}\n{string.Join('\n', entries.Entries)}\n{string.Join('\n', issues.Issues)}";
        }
        catch (UnreadableDatasetException refusal)
        {
            return $"{refusal.Code} {refusal.Message}";
        }
        catch (ColumnMappingException refusal)
        {
            return $"{refusal.Code} {refusal.Message}";
        }
    }

    private static bool InOrder(List<RowEntry> entries) =>
        entries.Zip(entries.Skip(1)).All(pair => pair.First.Line < pair.Second.Line && pair.First.Offset < pair.Second.Offset);

    private static bool InOrder(List<DatasetIssue> issues) =>
        issues.Zip(issues.Skip(1)).All(pair => (pair.First.Line ?? long.MaxValue) <= (pair.Second.Line ?? long.MaxValue));

    // Each row, read from its place alone, is the row that the whole pass saw there.
    private static void CheckPlaces(DatasetReader reader, List<RowEntry> entries, string where)
    {
        foreach (RowEntry entry in entries.Where((_, i) => i % 5 == 0))
        {
            RowEntry again = RowEntry.Of(reader.ReadRowsFrom(entry.Offset, entry.Line, TestContext.Current.CancellationToken).First());
            Assert.True(entry == again, $"{where}: {entry} read from its place is {again}");
        }
    }

    private sealed class EntryList : IRowEntrySink
    {
        public List<RowEntry> Entries { get; } = [];

        public void Add(RowEntry entry) => Entries.Add(entry);
    }

    /// <summary>Gives one to seven bytes at a time.</summary>
    private sealed class DrippingStream(byte[] content, ulong seed) : MemoryStream(content)
    {
        private SplitMix64 _random = new(seed);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + _random.Next(7)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + _random.Next(7))]);
    }
}
