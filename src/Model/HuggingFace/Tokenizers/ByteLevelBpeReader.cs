using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Reads RoBERTa's and GPT-2's tokenizers.</summary>
internal static class ByteLevelBpeReader
{
    public static ByteLevelBpeTokenizer Read(string directory, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named) =>
        File.Exists(Path.Combine(directory, HuggingFaceFiles.Tokenizer))
            ? UntrustedFile.ReadJson(directory, HuggingFaceFiles.Tokenizer, root => FromTokenizer(TokenizerFile.Root(root), family, settings, named))
            : FromVocabulary(directory, family, settings, named);

    private static ByteLevelBpeTokenizer FromVocabulary(string directory, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named)
    {
        var vocabulary = ByteLevelBpeFiles.Load(directory);
        var added = Added(vocabulary);
        named.AddTo(added);
        var config = new ByteLevelBpeConfig
        {
            AddPrefixSpace = settings.AddPrefixSpace ?? false,
            TrimOffsets = family == HuggingFaceFamily.Roberta && (settings.TrimOffsets ?? true),
            ClassToken = Named(named, family, "cls_token", "<s>"),
            SeparatorToken = Named(named, family, "sep_token", "</s>"),
        };
        return Create(config, vocabulary, family, added, settings, named);
    }

    private static ByteLevelBpeTokenizer FromTokenizer(JsonMember root, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named)
    {
        var model = Model(root);
        var vocabulary = ByteLevelBpeFiles.Create(
            model["vocab"].TokensById(ByteLevelBpeVocabulary.MaxTokens),
            Merges(model["merges"]),
            model.File);
        var added = Added(vocabulary);
        TokenizerFile.AddTokens(root, named, added);
        var layout = PostProcessor.Read(root["post_processor"], family, added.IdOf);
        var unknown = model["unk_token"].Text("");
        var config = new ByteLevelBpeConfig
        {
            AddPrefixSpace = PrefixSpace(root["pre_tokenizer"], settings),
            TrimOffsets = family == HuggingFaceFamily.Roberta && settings.TrimOffsets is { } trims ? trims : layout.TrimOffsets ?? false,
            IgnoreMerges = model["ignore_merges"].Flag(false)!.Value,
            UnknownToken = unknown is { Length: > 0 } && vocabulary.TryGetId(unknown, out _) ? unknown : null,
            FuseUnknown = model["fuse_unk"].Flag(false)!.Value,
            ClassToken = layout.Class ?? "<s>",
            SeparatorToken = layout.Separator ?? "</s>",
        };
        return Create(config, vocabulary, family, added, settings, named);
    }

    private static JsonMember Model(JsonMember root)
    {
        var model = root["model"].Only(
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges");

        // Files of before 2020 have no type.
        RefuseUnless(model["type"], model["type"].Text("BPE") == "BPE", "must be BPE: nothing else can be read for this family.");
        RefuseUnless(model["dropout"], !model["dropout"].IsGiven || model["dropout"].Value is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() == 0,
            "would make the ids of a text a matter of chance; set it to null.");
        RefuseUnless(model["continuing_subword_prefix"], model["continuing_subword_prefix"].Text("") == "", "must be empty: it has no place in byte-level BPE.");
        RefuseUnless(model["end_of_word_suffix"], model["end_of_word_suffix"].Text("") == "", "must be empty: it has no place in byte-level BPE.");
        RefuseUnless(model["byte_fallback"], model["byte_fallback"].Flag(false) == false, "must be false: byte-level BPE has all bytes.");
        RefuseUnless(root["normalizer"], !root["normalizer"].IsGiven, "must be null: nothing is normalised by tokenizers of this family.");
        return model;
    }

    private static bool PrefixSpace(JsonMember splitter, TokenizerSettings settings)
    {
        splitter.Only("type", "add_prefix_space", "trim_offsets", "use_regex");
        RefuseUnless(splitter["type"], splitter["type"].Text() == "ByteLevel", "must be ByteLevel: nothing else can be read for this family.");
        RefuseUnless(splitter["use_regex"], splitter["use_regex"].Flag(true) == true, "must be true: words are those of GPT-2's expression.");
        var prefix = splitter["add_prefix_space"].Flag(true)!.Value;
        if (prefix && settings.AddPrefixSpace is null)
        {
            TokenizerFile.ThrowIfOverridden(splitter["add_prefix_space"], "add_prefix_space", "false");
        }

        return settings.AddPrefixSpace ?? prefix;
    }

    private static List<(string Left, string Right)> Merges(JsonMember member)
    {
        var merges = new List<(string Left, string Right)>();
        foreach (var merge in member.Elements())
        {
            if (merges.Count == ByteLevelBpeVocabulary.MaxTokens)
            {
                throw member.Refused($"has more than {ByteLevelBpeVocabulary.MaxTokens} merges.");
            }

            var parts = merge.Value.ValueKind == JsonValueKind.Array
                ? merge.Elements().Select(part => part.NeededText()).ToArray()
                : merge.NeededText().Split(' ', 3);
            RefuseUnless(merge, parts.Length == 2, "must be two tokens.");
            merges.Add((parts[0], parts[1]));
        }

        return merges;
    }

    private static ByteLevelBpeTokenizer Create(
        ByteLevelBpeConfig config, ByteLevelBpeVocabulary vocabulary, HuggingFaceFamily family, AddedVocabulary added, TokenizerSettings settings, NamedTokens named) =>
        new(
            config with
            {
                Layout = family == HuggingFaceFamily.Roberta ? ByteLevelBpeLayout.Roberta : ByteLevelBpeLayout.Plain,
                PadToken = named["pad_token"]?.Content,
                EndToken = named["eos_token"]?.Content,
                MaskToken = named["mask_token"]?.Content,
                AddedTokens = TokenizerFile.ToFind(added, settings),
            },
            vocabulary);

    private static AddedVocabulary Added(ByteLevelBpeVocabulary vocabulary) =>
        new(vocabulary.Count, token => vocabulary.TryGetId(token, out var id) ? id : null);

    private static string Named(NamedTokens named, HuggingFaceFamily family, string name, string elsewhere) =>
        family != HuggingFaceFamily.Roberta ? elsewhere : named[name]?.Content
        ?? throw new InvalidFileException(HuggingFaceFiles.Settings, $"{name} is null, but RoBERTa cannot do without it.");

    private static void RefuseUnless(JsonMember member, bool condition, string reason)
    {
        if (!condition)
        {
            throw member.Refused(reason);
        }
    }
}
