using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>What all kinds of <c>tokenizer.json</c> have in common.</summary>
internal static class TokenizerFile
{
    /// <summary>Checks the members of the root. Truncation and padding are the caller's business, decoding nobody's here.</summary>
    public static JsonMember Root(JsonMember file)
    {
        var root = file.Only(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        return root["version"].Text() == "1.0" ? root : throw root["version"].Refused("is not 1.0, the only version there is.");
    }

    /// <summary>Adds the tokens that the file lists, then those of the other files.</summary>
    public static void AddTokens(JsonMember root, NamedTokens named, AddedVocabulary added)
    {
        if (root["added_tokens"].IsGiven)
        {
            foreach (var token in root["added_tokens"].Elements())
            {
                added.Add(TokenFlags.Read(token, special: false), token["id"].Whole(), HuggingFaceFiles.Tokenizer);
            }
        }

        named.AddTo(added);
    }

    /// <summary>The tokens to look for in texts.</summary>
    /// <param name="added">All added tokens.</param>
    /// <param name="settings">Whether special ones written in a text are text.</param>
    public static AddedTokenList ToFind(AddedVocabulary added, TokenizerSettings settings)
    {
        if (!settings.SplitSpecialTokens)
        {
            return added.Tokens;
        }

        return added.Tokens.All(token => token.Special)
            ? default
            : throw new InvalidFileException(
                HuggingFaceFiles.Settings, "split_special_tokens with added tokens that are not special cannot be read; set it to false.");
    }

    /// <summary>Refuses what <c>tokenizer.json</c> says and transformers, told nothing in <c>tokenizer_config.json</c>, would override.</summary>
    public static void ThrowIfOverridden(JsonMember member, string setting, string transformers)
    {
        throw member.Refused(
            $"is overridden by transformers, which takes {transformers} unless tokenizer_config.json says {setting}; say it there.");
    }
}
