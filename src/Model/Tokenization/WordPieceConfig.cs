using System.Text.Json.Serialization;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.Tokenization;

/// <summary>Settings of <see cref="WordPieceTextTokenizer"/>; names and defaults are those of BERT.</summary>
public sealed record WordPieceConfig : TokenizerConfig
{
    /// <summary>Lower-case the text. Default true.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Drop accents (Unicode category Mn after decomposition). Null (default) follows <see cref="LowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Make every Chinese character a word of its own. Default true.</summary>
    public bool SplitChinese { get; init; } = true;

    /// <summary>Words longer than this many characters are unknown, 1 to 1,000. Default 100.</summary>
    public int MaxWordLength { get; init; } = 100;

    /// <summary>
    /// Give the word pieces of the second text of a pair ids of their own, those of the vocabulary plus its size: for encoders that look at each token by itself and
    /// would else not know which text it is of. Default false.
    /// </summary>
    public bool SeparatePair { get; init; }

    /// <summary>
    /// Give the second text of a pair the segment of the first: of checkpoints whose tokenizer tells the model nothing of segments. Default false.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OneSegment { get; init; }

    /// <summary>Token of padding; never made by encoding. Default [PAD].</summary>
    public string PadToken { get; init; } = "[PAD]";

    /// <summary>Token of unknown words. Default [UNK].</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>First token of every text. Default [CLS].</summary>
    public string ClassToken { get; init; } = "[CLS]";

    /// <summary>Token after each text. Default [SEP].</summary>
    public string SeparatorToken { get; init; } = "[SEP]";

    /// <summary>Token that hides a word in pre-training; never made by encoding. Default [MASK].</summary>
    public string MaskToken { get; init; } = "[MASK]";

    /// <summary>How a text is cleaned and cut into words. Default <see cref="WordPieceRules.Original"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WordPieceRules Rules { get; init; }

    /// <summary>
    /// Tokens that are found in the text itself: "[MASK]" in a text is the id of [MASK] then. Needs <see cref="WordPieceRules.Fast"/>. Empty by default:
    /// what is written in a text is text.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AddedTokenList AddedTokens { get; init; }

    internal bool StripsAccents => StripAccents ?? LowerCase;
}
