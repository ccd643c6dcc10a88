namespace FeedbackService.Model.Tokenization;

/// <summary>A tokenizer file is missing or does not hold what it must.</summary>
public sealed class InvalidTokenizerException : Exception
{
    /// <summary>Names the file, and the line where one is known.</summary>
    /// <param name="file">Name or path of the file.</param>
    /// <param name="line">Line, from 1; null when the whole file is meant.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="inner">What noticed it, if anything did.</param>
    public InvalidTokenizerException(string file, int? line, string reason, Exception? inner = null)
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
