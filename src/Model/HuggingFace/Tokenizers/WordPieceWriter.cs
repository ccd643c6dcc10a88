using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>The JSON files of a WordPiece tokenizer.</summary>
internal sealed class WordPieceWriter
{
    private const int UsualWordLength = 100;

    private readonly WordPieceTextTokenizer _tokenizer;
    private readonly WordPieceConfig _config;
    private readonly HuggingFaceFamily _family;

    /// <exception cref="NotSupportedException">Something cannot be expressed.</exception>
    public WordPieceWriter(WordPieceTextTokenizer tokenizer, HuggingFaceFamily family)
    {
        (_tokenizer, _config, _family) = (tokenizer, tokenizer.Config, family);
        if (_config.SeparatePair)
        {
            throw new NotSupportedException("separate_pair gives the second text of a pair ids of its own, which no Hugging Face tokenizer does.");
        }

        // vocab.txt alone is read by transformers' own classes, whose words have that bound, and which count a repeated token once when they add one.
        if (HasRepeats && (_config.MaxWordLength != UsualWordLength || _config.AddedTokens.Any(token => token.Id >= tokenizer.Vocabulary.Count)))
        {
            throw new NotSupportedException("The vocabulary has a token twice: that goes only with words of up to 100 characters and no token added behind it.");
        }
    }

    /// <summary><c>tokenizer.json</c>; null where it cannot say what <c>vocab.txt</c> says, which is then left to be read: a token that stands on two lines.</summary>
    public JsonObject? Tokenizer()
    {
        if (HasRepeats)
        {
            return null;
        }

        var vocab = new JsonObject();
        for (var id = 0; id < _tokenizer.Vocabulary.Count; id++)
        {
            vocab[_tokenizer.Vocabulary.Tokens[id]] = id;
        }

        var (cls, sep) = (_config.ClassToken, _config.SeparatorToken);
        var special = new JsonObject { [cls] = Special(cls, _tokenizer.ClassId) };
        special[sep] = Special(sep, _tokenizer.SeparatorId);
        return TokenizerParts.Tokenizer(
            _config.AddedTokens,
            _config.Rules == WordPieceRules.Fast ? Bert() : Original(),
            new JsonObject { ["type"] = "BertPreTokenizer" },
            new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Token(cls, 0), Sequence("A", 0), Token(sep, 0)),
                ["pair"] = new JsonArray(Token(cls, 0), Sequence("A", 0), Token(sep, 0), Sequence("B", Second), Token(sep, Second)),
                ["special_tokens"] = special,
            },
            new JsonObject { ["type"] = "WordPiece", ["prefix"] = WordPieceVocabulary.ContinuationPrefix, ["cleanup"] = true },
            new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = _config.UnknownToken,
                ["continuing_subword_prefix"] = WordPieceVocabulary.ContinuationPrefix,
                ["max_input_chars_per_word"] = _config.MaxWordLength,
                ["vocab"] = vocab,
            });
    }

    public JsonObject Settings(int modelMaxLength)
    {
        var settings = new JsonObject
        {
            ["do_lower_case"] = _config.LowerCase,
            ["strip_accents"] = _config.StripAccents,
            ["tokenize_chinese_chars"] = _config.SplitChinese,
            ["model_max_length"] = modelMaxLength,
            ["tokenizer_class"] = !IsUsual ? "PreTrainedTokenizerFast" : _family == HuggingFaceFamily.Bert ? "BertTokenizer" : "DistilBertTokenizer",
        };
        if (_config.OneSegment || _family != HuggingFaceFamily.Bert)
        {
            settings["model_input_names"] = new JsonArray("input_ids", "attention_mask");
        }

        TokenizerParts.AddTokens(settings, _config.AddedTokens, new Dictionary<string, string?>
        {
            ["unk_token"] = _config.UnknownToken,
            ["sep_token"] = _config.SeparatorToken,
            ["pad_token"] = _config.PadToken,
            ["cls_token"] = _config.ClassToken,
            ["mask_token"] = HasMask ? _config.MaskToken : null,
        });
        return settings;
    }

    // transformers' classes for BERT make a normalizer and a bound of words of their own; only the general class takes those of tokenizer.json. Where there
    // is no such file, the original rules become the library's: they part in unassigned characters and, cased, in accents.
    private bool IsUsual => HasRepeats || (_config.Rules == WordPieceRules.Fast && _config.MaxWordLength == UsualWordLength);

    private bool HasRepeats => _tokenizer.Vocabulary.Tokens.Distinct(StringComparer.Ordinal).Count() != _tokenizer.Vocabulary.Count;

    private bool HasMask => _tokenizer.Vocabulary.TryGetId(_config.MaskToken, out _) || _config.AddedTokens.Any(token => token.Content == _config.MaskToken);

    private int Second => _family == HuggingFaceFamily.Bert ? 1 : 0;

    private JsonObject Bert() => new()
    {
        ["type"] = "BertNormalizer",
        ["clean_text"] = true,
        ["handle_chinese_chars"] = _config.SplitChinese,
        ["strip_accents"] = _config.StripAccents,
        ["lowercase"] = _config.LowerCase,
    };

    private JsonObject Original()
    {
        var steps = new JsonArray
        {
            new JsonObject
            {
                ["type"] = "Replace",
                ["pattern"] = new JsonObject { ["Regex"] = NormalizerReader.DroppedPattern },
                ["content"] = "",
            },
        };
        if (!_config.StripsAccents)
        {
            steps.Add(new JsonObject { ["type"] = "NFC" });
        }

        steps.Add(Bert());
        return new JsonObject { ["type"] = "Sequence", ["normalizers"] = steps };
    }

    private static JsonObject Token(string token, int segment) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = segment } };

    private static JsonObject Sequence(string name, int segment) => new() { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = segment } };

    private static JsonObject Special(string token, int id) => new()
    {
        ["id"] = token,
        ["ids"] = new JsonArray(id),
        ["tokens"] = new JsonArray(token),
    };
}
