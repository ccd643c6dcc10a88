using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Keeps the issues of a file as JSON lines with an index beside them, so that a million cost no memory and the last page is as near as the first.</summary>
internal sealed class IssueWriter : IValidationIssueSink, IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private readonly FileStream _issues;
    private readonly FileStream _index;
    private readonly Utf8JsonWriter _json;
    private readonly byte[] _block = new byte[IssueBlock.Bytes];
    private long _count;
    private long _errors;

    /// <summary>Begins both files anew.</summary>
    public IssueWriter(FileFindings findings)
    {
        _issues = new FileStream(findings.Issues, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        _index = new FileStream(findings.IssueIndex, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        _json = new Utf8JsonWriter(_issues, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder });
    }

    /// <inheritdoc/>
    public void Add(DatasetIssue issue)
    {
        if (_count % IssueBlock.Issues == 0)
        {
            new IssueBlock(_issues.Position, issue.Line ?? long.MaxValue, _errors).Write(_block);
            _index.Write(_block);
        }

        JsonSerializer.Serialize(_json, issue, ApiJson.Options);
        _json.Reset();
        _issues.WriteByte((byte)'\n');
        _count++;
        _errors += issue.Severity == IssueSeverity.Error ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _index.Dispose();
        _issues.Dispose();
    }
}
