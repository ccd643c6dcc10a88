using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Reads issues from where they are wanted, past whole blocks that hold none of them.</summary>
internal sealed class IssueReader(FileFindings findings)
{
    private List<IssueBlock>? _blocks;

    /// <summary>Issues with their 1-based numbers, in order.</summary>
    /// <param name="after">Number of the issue before the first one wanted; 0 for the first.</param>
    /// <param name="severity">Only these; null for all.</param>
    public IEnumerable<(long Number, DatasetIssue Issue)> After(long after, IssueSeverity? severity = null)
    {
        var blocks = _blocks ??= ReadBlocks();
        for (var block = after / IssueBlock.Issues; block < blocks.Count; block++)
        {
            if (severity is { } wanted && HasNone(blocks, (int)block, wanted))
            {
                continue;
            }

            var number = block * IssueBlock.Issues;
            foreach (var issue in Read(blocks[(int)block].Offset).Take(IssueBlock.Issues))
            {
                if (++number > after && (severity is null || issue.Severity == severity))
                {
                    yield return (number, issue);
                }
            }
        }
    }

    /// <summary>Issues of the rows from a line on, without those of the whole file.</summary>
    public IEnumerable<DatasetIssue> FromLine(long line)
    {
        var blocks = _blocks ??= ReadBlocks();
        var (low, high) = (0, blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = blocks[middle].Line < line ? (middle + 1, high) : (low, middle);
        }

        // The block before may end with issues of the line.
        return blocks.Count == 0 ? [] : Read(blocks[Math.Max(0, low - 1)].Offset).TakeWhile(issue => issue.Line is not null).Where(issue => issue.Line >= line);
    }

    // 24 bytes for 64 issues: 400 KB for a million.
    private List<IssueBlock> ReadBlocks()
    {
        var bytes = File.Exists(findings.IssueIndex) ? File.ReadAllBytes(findings.IssueIndex) : [];
        return [.. Enumerable.Range(0, bytes.Length / IssueBlock.Bytes).Select(i => IssueBlock.Read(bytes.AsSpan(i * IssueBlock.Bytes)))];
    }

    private static bool HasNone(List<IssueBlock> blocks, int block, IssueSeverity severity)
    {
        if (block + 1 == blocks.Count)
        {
            return false;
        }

        var errors = blocks[block + 1].Errors - blocks[block].Errors;
        return errors == (severity == IssueSeverity.Error ? 0 : IssueBlock.Issues);
    }

    private IEnumerable<DatasetIssue> Read(long offset)
    {
        using var lines = new StreamReader(findings.Issues, new FileStreamOptions { BufferSize = 16 * 1024 });
        lines.BaseStream.Position = offset;
        while (lines.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<DatasetIssue>(line, ApiJson.Options)!;
        }
    }
}
