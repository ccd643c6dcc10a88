namespace FeedbackService.Api.Files;

/// <summary>Where what was found in a file lies: a folder of its own, made whole and then renamed into place.</summary>
/// <param name="folder">The folder.</param>
internal sealed class FileFindings(string folder)
{
    /// <summary>The issues, one JSON object per line.</summary>
    public string Issues => Path.Combine(folder, "issues.jsonl");

    /// <summary>Where blocks of issues begin.</summary>
    public string IssueIndex => Path.Combine(folder, "issues.index");

    /// <summary>Where rows begin, and what can be compared of them.</summary>
    public string Rows => Path.Combine(folder, "rows.index");
}
