using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Reads <c>normalizer</c> of a WordPiece tokenizer.</summary>
internal static class NormalizerReader
{
    /// <summary>Removes what <see cref="BertWordSplitter"/> drops, before anything is composed: the library would drop less, and only afterwards.</summary>
    public const string DroppedPattern = @"[\p{Cn}\p{Cf}\p{Co}]|[\p{Cc}&&[^\t\n\r]]|" + "\uFFFD";

    /// <summary>The settings that it amounts to, those of <c>tokenizer_config.json</c> taken in.</summary>
    /// <exception cref="InvalidFileException">It is something else, or transformers would override it unasked.</exception>
    public static WordPieceConfig Read(JsonMember member, TokenizerSettings settings)
    {
        if (member["type"].Text() == "Sequence")
        {
            return ReadOriginal(member);
        }

        var config = ReadBert(member);
        var general = settings.TokenizerClass is "PreTrainedTokenizerFast" or "TokenizersBackend";
        if (general)
        {
            return config;
        }

        // transformers' classes for BERT build the normalizer anew from their own arguments, whatever tokenizer.json says.
        if (settings.LowerCase is null && !config.LowerCase)
        {
            TokenizerFile.ThrowIfOverridden(member["lowercase"], "do_lower_case", "true");
        }

        if (settings.SplitChinese is null && !config.SplitChinese)
        {
            TokenizerFile.ThrowIfOverridden(member["handle_chinese_chars"], "tokenize_chinese_chars", "true");
        }

        var lowerCase = settings.LowerCase ?? true;
        if (!settings.SaysStripAccents && config.StripAccents is { } strip && strip != lowerCase)
        {
            TokenizerFile.ThrowIfOverridden(member["strip_accents"], "strip_accents", "do_lower_case");
        }

        return config with { LowerCase = lowerCase, SplitChinese = settings.SplitChinese ?? true, StripAccents = settings.StripAccents };
    }

    private static WordPieceConfig ReadBert(JsonMember member)
    {
        member.Only("type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
        if (member["type"].Text() != "BertNormalizer" || member["clean_text"].Flag(true) != true)
        {
            throw member.Refused("must be a BertNormalizer with clean_text: nothing else can be read for this family.");
        }

        return new WordPieceConfig
        {
            Rules = WordPieceRules.Fast,
            LowerCase = member["lowercase"].Flag(true)!.Value,
            SplitChinese = member["handle_chinese_chars"].Flag(true)!.Value,
            StripAccents = member["strip_accents"].Flag(),
        };
    }

    // What HuggingFaceTokenizerWriter writes for BERT's original rules.
    private static WordPieceConfig ReadOriginal(JsonMember member)
    {
        var steps = member.Only("type", "normalizers")["normalizers"].Elements().ToArray();
        if (steps.Length < 2 || !Drops(steps[0]))
        {
            throw member.Refused("is a sequence that cannot be read: only a BertNormalizer can, and what this service writes itself.");
        }

        var config = ReadBert(steps[^1]) with { Rules = WordPieceRules.Original };
        var composes = steps.Length == 3 && steps[1].Only("type")["type"].Text() == "NFC";
        return composes == !config.StripsAccents && steps.Length == (composes ? 3 : 2)
            ? config
            : throw member.Refused("must compose (NFC) exactly where accents are not stripped.");
    }

    private static bool Drops(JsonMember step)
    {
        step.Only("type", "pattern", "content");
        return step["type"].Text() == "Replace" && step["content"].Text() == "" && step["pattern"].Only("Regex")["Regex"].Text() == DroppedPattern;
    }
}
