using System.Text;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Reads single rows of a file from where they begin, wherever that is.</summary>
internal sealed class RowBrowser(FileContents contents, FileChecker checker)
{
    private const int RawBytes = 400;

    /// <summary>Rows behind a line, in the order of the file.</summary>
    /// <param name="file">A data set.</param>
    /// <param name="afterLine">Line of the last row not wanted; 0 for all.</param>
    /// <param name="label">Only rows with this label; null for all.</param>
    /// <param name="valid">Only usable rows, or only others; null for all.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<List<DatasetRow>> FindAsync(FileRow file, long afterLine, string? label, bool? valid, int limit, CancellationToken cancellationToken)
    {
        using var index = await checker.RowsAsync(file, cancellationToken);
        using var reader = DatasetReader.Open(await contents.GetAsync(file.Sha256, cancellationToken), FileReading.FromJson(file.ReadingJson).ToColumns());
        var mayHave = label is null ? null : RowEntry.MayHave(label);
        var wanted = index.From(index.FirstAfter(afterLine))
            .Where(entry => (valid is null || entry.IsValid == valid) && (mayHave is null || mayHave(entry)));
        return [.. wanted
            .Select(entry => reader.ReadRowsFrom(entry.Offset, entry.Line, cancellationToken).First())
            .Where(row => label is null || row.Text?.Labels.Contains(label, StringComparer.Ordinal) == true)
            .Take(limit)];
    }

    /// <summary>The beginning of a row as it stands in the file.</summary>
    public async Task<string> RawAsync(FileRow file, DatasetRow row, CancellationToken cancellationToken)
    {
        using var index = await checker.RowsAsync(file, cancellationToken);
        var next = index.From(index.FirstAfter(row.Line)).Select(entry => (long?)entry.Offset).FirstOrDefault();
        await using var stream = new FileStream(await contents.GetAsync(file.Sha256, cancellationToken), new FileStreamOptions { Options = FileOptions.RandomAccess, BufferSize = 0 });
        var bytes = new byte[Math.Min(RawBytes, (next ?? stream.Length) - row.Offset)];
        stream.Position = row.Offset;
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        // A character cut in two at the end is not worth showing.
        return Encoding.UTF8.GetString(bytes, 0, read).TrimEnd('\r', '\n', '\uFFFD');
    }

    /// <summary>What was found wrong with rows that follow one another or not, by row.</summary>
    public async Task<Dictionary<long, IReadOnlyList<DatasetIssue>>> IssuesOfAsync(FileRow file, IReadOnlyList<DatasetRow> rows, CancellationToken cancellationToken)
    {
        var issues = new IssueReader(await contents.GetFindingsAsync(file.Id, cancellationToken));
        return rows.ToDictionary(row => row.Line, row => Own(row, issues));
    }

    private static IReadOnlyList<DatasetIssue> Own(DatasetRow row, IssueReader issues)
    {
        // Its own faults may lie on lines below its first; duplicates are told on the first.
        var last = row.Issues.Count == 0 ? row.Line : row.Issues.Max(issue => issue.Line ?? 0);
        return [.. issues.FromLine(row.Line).TakeWhile(issue => issue.Line <= last)];
    }
}
