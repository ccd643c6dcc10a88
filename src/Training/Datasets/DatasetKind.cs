namespace FeedbackService.Training.Datasets;

/// <summary>How the rows of a file are written; decided by its content, never by its name.</summary>
public enum DatasetKind
{
    /// <summary>RFC 4180 with a header; separated by commas, or by semicolons as spreadsheets of some countries write it.</summary>
    Csv,

    /// <summary>Separated by tabs, with a header; quoting as in RFC 4180.</summary>
    Tsv,

    /// <summary>One JSON object per line.</summary>
    Jsonl,
}
