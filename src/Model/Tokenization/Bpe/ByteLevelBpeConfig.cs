using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>Settings of <see cref="ByteLevelBpeTokenizer"/>; names and meanings are those of Hugging Face's tokenizers library.</summary>
public sealed record ByteLevelBpeConfig : TokenizerConfig
{
    /// <summary>Special tokens around texts. Default <see cref="ByteLevelBpeLayout.Plain"/>.</summary>
    public ByteLevelBpeLayout Layout { get; init; }

    /// <summary>Read a text, and what follows an added token, as if a space stood in front of it, unless one does. Default false.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>Positions of tokens leave spaces at their ends out. Default true.</summary>
    public bool TrimOffsets { get; init; } = true;

    /// <summary>A word that is a token is that token, whatever the merges would make of it. Default false.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Token of bytes that the vocabulary lacks; null (default) where it has all 256.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Neighbouring unknown bytes are one unknown token. Default false.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Token of padding; never made by encoding. Default null: there is none.</summary>
    public string? PadToken { get; init; }

    /// <summary>First token of every text in <see cref="ByteLevelBpeLayout.Roberta"/>. Default &lt;s&gt;.</summary>
    public string ClassToken { get; init; } = "<s>";

    /// <summary>Token after each text, and before a second one, in <see cref="ByteLevelBpeLayout.Roberta"/>. Default &lt;/s&gt;.</summary>
    public string SeparatorToken { get; init; } = "</s>";

    /// <summary>
    /// Token of the end of a text; null (default) where there is none. In <see cref="ByteLevelBpeLayout.Plain"/> it stands for a text without any token.
    /// </summary>
    public string? EndToken { get; init; }

    /// <summary>Token that hides a word in pre-training; never made by encoding. Default null: there is none.</summary>
    public string? MaskToken { get; init; }

    /// <summary>Tokens that are found in the text itself: "&lt;mask&gt;" in a text is the id of &lt;mask&gt; then. Empty by default.</summary>
    public AddedTokenList AddedTokens { get; init; }
}
