using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Added;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Testing.Hostile;

/// <summary>Tokenizer files of a small vocabulary, and the reading of whatever has become of them.</summary>
internal static class SmallTokenizer
{
    private static readonly string[] Texts = ["a bc\u00A0[MASK]", "\uD800 \uFFFF\u0301\u200D", "<|endoftext|>ab  ab", "中文 e\u0301é 12 !?"];

    /// <summary>The files, as they are written for a family.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files(HuggingFaceFamily family)
    {
        var folder = Directory.CreateTempSubdirectory("feedback-tokenizer-");
        try
        {
            HuggingFaceTokenizerWriter.Write(family == HuggingFaceFamily.Gpt2 ? Bytes() : Pieces(), folder.FullName, family, 64);
            return folder.EnumerateFiles().ToDictionary(file => file.Name, file => File.ReadAllBytes(file.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One of the files as JSON.</summary>
    public static JsonObject Json(IReadOnlyDictionary<string, byte[]> files, string name) => JsonNode.Parse(files[name])!.AsObject();

    /// <summary>Reads the tokenizer and lets it read some texts; kept and read again, it must read them alike.</summary>
    public static void Read(string folder, HuggingFaceFamily family)
    {
        var (tokenizer, _) = HuggingFaceTokenizerReader.Read(folder, family);
        ITextTokenizer? kept = null;
        ReadBack.OrThrow(() =>
        {
            var place = Directory.CreateDirectory(Path.Combine(folder, "kept")).FullName;
            tokenizer.Save(place);
            kept = TokenizerFiles.Load(place);
        });
        foreach (var text in Texts)
        {
            var encoded = tokenizer.Encode(new TextInput(text), 16, withSpans: true);
            if (encoded.Ids.Length == 0 || encoded.Ids.Any(id => id < 0 || id >= tokenizer.VocabularySize))
            {
                throw new InvalidOperationException($"'{text}' has ids that are not of the vocabulary.");
            }

            if (!encoded.Ids.SequenceEqual(kept!.Encode(new TextInput(text), 16).Ids))
            {
                throw new InvalidOperationException($"'{text}' has other ids once the tokenizer is kept.");
            }
        }
    }

    private static WordPieceTextTokenizer Pieces()
    {
        string[] tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "##b", "##c", "bc", "##bc", "中", "é", "e", "1", "##2"];
        var added = tokens.Take(5).Select((token, id) => new AddedToken { Content = token, Id = id, Special = true });
        return new WordPieceTextTokenizer(new WordPieceConfig { Rules = WordPieceRules.Fast, AddedTokens = new AddedTokenList(added) }, new WordPieceVocabulary(tokens));
    }

    private static ByteLevelBpeTokenizer Bytes()
    {
        string[] tokens = ["<|endoftext|>", "\u0120", .. Enumerable.Range('!', '~' - '!' + 1).Select(value => ((char)value).ToString()), "ab", "\u0120ab", "abc"];
        (string, string)[] merges = [("a", "b"), ("\u0120", "ab"), ("ab", "c")];
        var end = new AddedToken { Content = "<|endoftext|>", Id = 0, Special = true };
        return new ByteLevelBpeTokenizer(
            new ByteLevelBpeConfig { EndToken = "<|endoftext|>", UnknownToken = "<|endoftext|>", TrimOffsets = false, AddedTokens = new AddedTokenList([end]) },
            new ByteLevelBpeVocabulary(tokens, [.. merges]));
    }
}
