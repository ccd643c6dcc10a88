namespace FeedbackService.Model.Files;

/// <summary>A file of a checkpoint or of a tokenizer is missing, or does not hold what it must.</summary>
public sealed class InvalidFileException : Exception
{
    /// <summary>Names the file.</summary>
    /// <param name="file">Name or path of the file.</param>
    /// <param name="reason">What is wrong and, where something can be done, what to do.</param>
    /// <param name="inner">What noticed it, if anything did.</param>
    public InvalidFileException(string file, string reason, Exception? inner = null)
        : this(file, null, reason, inner)
    {
    }

    /// <summary>Names the file and the line.</summary>
    /// <param name="file">Name or path of the file.</param>
    /// <param name="line">Line, from 1; null when the whole file is meant.</param>
    /// <param name="reason">What is wrong and, where something can be done, what to do.</param>
    /// <param name="inner">What noticed it, if anything did.</param>
    public InvalidFileException(string file, int? line, string reason, Exception? inner = null)
        : base(line is null ? $"{file}: {reason}" : $"{file}, line {line}: {reason}", inner)
    {
        File = file;
        Line = line;
    }

    /// <summary>Name or path of the file.</summary>
    public string File { get; }

    /// <summary>Line, from 1; null when the whole file is meant.</summary>
    public int? Line { get; }
}
