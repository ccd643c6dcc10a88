using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>The JSON files of a byte-level BPE tokenizer, besides its vocabulary.</summary>
internal sealed class ByteLevelBpeWriter
{
    private readonly ByteLevelBpeTokenizer _tokenizer;
    private readonly ByteLevelBpeConfig _config;
    private readonly HuggingFaceFamily _family;

    /// <exception cref="NotSupportedException">The layout is that of the other family.</exception>
    public ByteLevelBpeWriter(ByteLevelBpeTokenizer tokenizer, HuggingFaceFamily family)
    {
        (_tokenizer, _config, _family) = (tokenizer, tokenizer.Config, family);
        if ((_config.Layout == ByteLevelBpeLayout.Roberta) != (family == HuggingFaceFamily.Roberta))
        {
            throw new NotSupportedException($"The layout {_config.Layout} of special tokens is not that of {family}.");
        }
    }

    public JsonObject Tokenizer()
    {
        var vocab = new JsonObject();
        for (var id = 0; id < _tokenizer.Vocabulary.Count; id++)
        {
            vocab[_tokenizer.Vocabulary.Tokens[id]] = id;
        }

        return TokenizerParts.Tokenizer(
            _config.AddedTokens,
            null,
            ByteLevel(trimOffsets: true),
            PostProcessor(),
            ByteLevel(trimOffsets: true),
            new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = _config.UnknownToken,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = _config.FuseUnknown,
                ["byte_fallback"] = false,
                ["ignore_merges"] = _config.IgnoreMerges,
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. _tokenizer.Vocabulary.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
            });
    }

    public JsonObject Settings(int modelMaxLength)
    {
        // transformers' classes make a BPE model of their own, without these settings.
        var usual = _config.UnknownToken is null && !_config.FuseUnknown && !_config.IgnoreMerges;
        var roberta = _family == HuggingFaceFamily.Roberta;
        var settings = new JsonObject
        {
            ["add_prefix_space"] = _config.AddPrefixSpace,
            ["model_max_length"] = modelMaxLength,
            ["tokenizer_class"] = !usual ? "PreTrainedTokenizerFast" : roberta ? "RobertaTokenizer" : "GPT2Tokenizer",
        };
        if (roberta)
        {
            settings["trim_offsets"] = _config.TrimOffsets;
        }

        // A role without a token says null: absent, it would have the family's.
        TokenizerParts.AddTokens(settings, _config.AddedTokens, new Dictionary<string, string?>
        {
            ["bos_token"] = roberta ? _config.ClassToken : _config.EndToken,
            ["eos_token"] = _config.EndToken,
            ["unk_token"] = TokenizerParts.Usual(_family, "unk_token", _config.AddedTokens) ?? _config.UnknownToken,
            ["sep_token"] = roberta ? _config.SeparatorToken : null,
            ["pad_token"] = _config.PadToken,
            ["cls_token"] = roberta ? _config.ClassToken : null,
            ["mask_token"] = _config.MaskToken,
        });
        return settings;
    }

    private JsonObject PostProcessor() => _family == HuggingFaceFamily.Gpt2
        ? ByteLevel(_config.TrimOffsets)
        : new JsonObject
        {
            ["type"] = "RobertaProcessing",
            ["sep"] = new JsonArray(_config.SeparatorToken, _tokenizer.SeparatorId),
            ["cls"] = new JsonArray(_config.ClassToken, _tokenizer.ClassId),
            ["trim_offsets"] = _config.TrimOffsets,
            ["add_prefix_space"] = _config.AddPrefixSpace,
        };

    private JsonObject ByteLevel(bool trimOffsets) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = _config.AddPrefixSpace,
        ["trim_offsets"] = trimOffsets,
        ["use_regex"] = true,
    };
}
