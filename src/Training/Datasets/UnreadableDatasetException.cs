namespace FeedbackService.Training.Datasets;

/// <summary>The file as a whole is nothing rows can be read from: empty, an archive, a pickle, not UTF-8, without a usable header.</summary>
public sealed class UnreadableDatasetException : Exception
{
    /// <summary>Code of a file without content.</summary>
    public const string Empty = "file_empty";

    /// <summary>Code of an archive or compressed file.</summary>
    public const string Archive = "file_archive";

    /// <summary>Code of a Python pickle, which is never opened: reading one runs code.</summary>
    public const string Pickle = "file_pickle";

    /// <summary>Code of any other binary file.</summary>
    public const string Binary = "file_binary";

    /// <summary>Code of a text file in another encoding.</summary>
    public const string NotUtf8 = "file_not_utf8";

    /// <summary>Code of one JSON array instead of one object per line.</summary>
    public const string JsonArray = "file_json_array";

    /// <summary>Code of JSON objects spread over several lines.</summary>
    public const string JsonLines = "file_json_multiline";

    /// <summary>Code of a header that cannot be read.</summary>
    public const string Header = "file_header";

    /// <summary>Creates the exception.</summary>
    /// <param name="code">One of this class's codes.</param>
    /// <param name="message">What the file seems to be and what to do.</param>
    public UnreadableDatasetException(string code, string message)
        : base(message) => Code = code;

    /// <summary>Stable code, one of this class's constants.</summary>
    public string Code { get; }
}
