namespace FeedbackService.Model.Tokenization.Added;

/// <summary>A token that is found in the text itself, before anything is split into words, as in Hugging Face's <c>added_tokens</c>.</summary>
public sealed record AddedToken
{
    /// <summary>What stands in the text; 1 to 1,024 code units, no unpaired surrogates.</summary>
    public required string Content { get; init; }

    /// <summary>Its id: that of the vocabulary if it is in there, else one of those that follow the vocabulary without a gap.</summary>
    public required int Id { get; init; }

    /// <summary>White space in front of it belongs to it. Default false.</summary>
    public bool Lstrip { get; init; }

    /// <summary>White space behind it belongs to it. Default false.</summary>
    public bool Rstrip { get; init; }

    /// <summary>Found only where no word character (letter, digit, mark, underscore) touches it. Default false.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Found in the normalised text (accents, case), by its own normalised form; else in the text as written. Default false.</summary>
    public bool Normalized { get; init; }

    /// <summary>A control token such as [SEP]. Encoding makes no difference. Default false.</summary>
    public bool Special { get; init; }
}
