using System.Text;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>Random rows of the characters that matter, always the same ones.</summary>
public sealed class GarbageTests
{
    private const int Files = 5_000;

    [Theory]
    [InlineData("text,label\n", "good,a\n")]
    [InlineData("text\tlabel\n", "good\ta\n")]
    [InlineData("{\"text\":\"good\",\"label\":\"a\"}\n", "{\"text\":\"good\",\"label\":\"a\"}\n")]
    public void GoodRowBehindGarbage_IsFoundOnItsLine(string head, string good)
    {
        var random = new SplitMix64(1);
        for (int i = 0; i < Files; i++)
        {
            byte[] garbage = Garbage(ref random);
            byte[] content = [.. Encoding.UTF8.GetBytes(head), .. garbage, (byte)'\n', .. Encoding.UTF8.GetBytes(good)];
            DatasetRow[]? rows = TryRead(content, DatasetLimits.Default);

            if (rows is not null)
            {
                DatasetRow last = rows[^1];
                Assert.True(last.Text?.Input.Text == "good", Convert.ToHexString(garbage));
                Assert.Equal(LineBreaks.Count(content), last.Line);
            }
        }
    }

    [Theory]
    [InlineData("text,label\n")]
    [InlineData("text\tlabel\n")]
    [InlineData("{\"text\":\"good\",\"label\":\"a\"}\n")]
    public void TightLimits_LeaveRowsOrErrorsAndNothingElse(string head)
    {
        var limits = new DatasetLimits { MaxFieldBytes = 5, MaxRecordBytes = 40, MaxColumns = 3 };
        var random = new SplitMix64(2);
        for (int i = 0; i < Files; i++)
        {
            byte[] garbage = Garbage(ref random);
            DatasetRow[] rows = TryRead([.. Encoding.UTF8.GetBytes(head), .. garbage], limits) ?? [];

            Assert.All(rows, row => Assert.Equal(row.Text is null, row.Issues.Any(issue => issue.Severity == IssueSeverity.Error)));
            Assert.All(rows, row => Assert.InRange(row.Line, 1, LineBreaks.Count(garbage) + 2));
        }
    }

    private static DatasetRow[]? TryRead(byte[] content, DatasetLimits limits)
    {
        try
        {
            using DatasetReader reader = DatasetReader.Open(new MemoryStream(content), null, limits);
            return [.. reader.ReadRows(TestContext.Current.CancellationToken)];
        }
        catch (UnreadableDatasetException)
        {
            // Enough of the garbage is NULs or not UTF-8 for the whole file to be refused.
            return null;
        }
    }

    private static byte[] Garbage(ref SplitMix64 random)
    {
        ReadOnlySpan<byte> alphabet = "\"\"\",,\n\r\t|;{}[]:ab \\u\0é"u8;
        byte[] bytes = new byte[random.Next(80)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = random.Next(40) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
        }

        return bytes;
    }
}
