namespace FeedbackService.Training.Datasets;

/// <summary>What a single row may cost; a row beyond a limit becomes an issue and is skipped, the file goes on.</summary>
public sealed record DatasetLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static DatasetLimits Default { get; } = new();

    /// <summary>Largest field in UTF-8 bytes as written in the file; default 512 KiB, about 100,000 words.</summary>
    public int MaxFieldBytes { get; init; } = 512 * 1024;

    /// <summary>Largest row in bytes, quoted line breaks included; default 4 MiB. Bounds the reader's buffer.</summary>
    public int MaxRecordBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Most columns, or keys of a JSON object; default 1,000.</summary>
    public int MaxColumns { get; init; } = 1_000;

    /// <summary>Deepest nesting of a JSON line; default 8.</summary>
    public int MaxJsonDepth { get; init; } = 8;

    /// <summary>Longest label in UTF-16 code units; default 256.</summary>
    public int MaxLabelCharacters { get; init; } = 256;

    /// <summary>Most labels on one row; default 100.</summary>
    public int MaxLabelsPerRow { get; init; } = 100;
}
