using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Parts of the files that all kinds of tokenizers have.</summary>
internal static class TokenizerParts
{
    /// <summary>The root of <c>tokenizer.json</c>.</summary>
    public static JsonObject Tokenizer(
        AddedTokenList added, JsonNode? normalizer, JsonObject preTokenizer, JsonObject postProcessor, JsonObject decoder, JsonObject model) => new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added.OrderBy(token => token.Id).Select(token => Token(token, withId: true))]),
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = postProcessor,
            ["decoder"] = decoder,
            ["model"] = model,
        };

    /// <summary>Adds what says how added tokens are found, and the special tokens by their roles.</summary>
    /// <param name="settings">The root of <c>tokenizer_config.json</c>.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="named">Token of each role; null where there is none. All special tokens must be here.</param>
    /// <exception cref="NotSupportedException">Some, but not all special tokens are found in texts: transformers finds all or none.</exception>
    public static void AddTokens(JsonObject settings, AddedTokenList added, IReadOnlyDictionary<string, string?> named)
    {
        var found = added.Where(token => token.Special).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        if (added.Count == 0)
        {
            settings["split_special_tokens"] = true;
        }
        else if (named.Values.FirstOrDefault(token => token is not null && !found.Contains(token)) is { } missing)
        {
            throw new NotSupportedException($"{missing} is a special token, but no added one: transformers would find it in texts all the same.");
        }
        else
        {
            var decoder = new JsonObject();
            foreach (var token in added.OrderBy(token => token.Id))
            {
                decoder[token.Id.ToString(CultureInfo.InvariantCulture)] = Token(token, withId: false);
            }

            settings["added_tokens_decoder"] = decoder;
        }

        foreach (var (name, token) in named)
        {
            settings[name] = token;
        }
    }

    /// <summary>What a role's token is where the tokenizer itself knows none: the family's, if it is among the added ones.</summary>
    public static string? Usual(HuggingFaceFamily family, string name, AddedTokenList added)
    {
        var usual = NamedTokens.Default(family, name)?.Content;
        return added.Any(token => token.Special && token.Content == usual) ? usual : null;
    }

    private static JsonObject Token(AddedToken token, bool withId)
    {
        var written = new JsonObject();
        if (withId)
        {
            written["id"] = token.Id;
        }

        written["content"] = token.Content;
        written["single_word"] = token.SingleWord;
        written["lstrip"] = token.Lstrip;
        written["rstrip"] = token.Rstrip;
        written["normalized"] = token.Normalized;
        written["special"] = token.Special;
        return written;
    }
}
