namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Names of the files of a Hugging Face tokenizer.</summary>
public static class HuggingFaceFiles
{
    /// <summary>The whole tokenizer, as the tokenizers library writes it.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>Arguments of the tokenizer's class in transformers. Our artifacts have a file of the same name with other members.</summary>
    public const string Settings = "tokenizer_config.json";

    /// <summary>Names of the special tokens.</summary>
    public const string SpecialTokens = "special_tokens_map.json";

    /// <summary>Ids of tokens that were added to the vocabulary; only older tokenizers have it.</summary>
    public const string AddedTokens = "added_tokens.json";

    /// <summary>WordPiece tokens, one per line.</summary>
    public const string WordPieces = "vocab.txt";

    /// <summary>BPE tokens with their ids.</summary>
    public const string Vocabulary = "vocab.json";

    /// <summary>BPE merges.</summary>
    public const string Merges = "merges.txt";
}
