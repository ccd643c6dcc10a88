using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>Files that are wrong, hostile, or ask for what is not implemented: one kind of exception, which names file and member.</summary>
public sealed class TokenizerRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bert-uncased", "model.type", "\"Unigram\"")]
    [InlineData("bert-uncased", "model.continuing_subword_prefix", "\"@@\"")]
    [InlineData("bert-uncased", "model.max_input_chars_per_word", "-1")]
    [InlineData("bert-uncased", "model.max_input_chars_per_word", "1e9")]
    [InlineData("bert-uncased", "model.unk_token", "null")]
    [InlineData("bert-uncased", "model.unk_token", "\"[NONE]\"")]
    [InlineData("bert-uncased", "model.vocab", "{\"a\":1}")]
    [InlineData("bert-uncased", "model.vocab", "{\"a\":0,\"b\":0}")]
    [InlineData("bert-uncased", "model.vocab", "{\"a\":\"0\"}")]
    [InlineData("bert-uncased", "model.vocab", "{}")]
    [InlineData("bert-uncased", "model.vocab", "[]")]
    [InlineData("bert-uncased", "model.vocab", "{\"\":0}")]
    [InlineData("bert-uncased", "model.vocab", "{\"\\ud800\":0}")]
    [InlineData("bert-uncased", "model.vocab", "{\"\\ufeff[PAD]\":0}")]
    [InlineData("bert-uncased", "model.surprise", "1")]
    [InlineData("bert-uncased", "surprise", "1")]
    [InlineData("bert-uncased", "version", "\"2.0\"")]
    [InlineData("bert-uncased", "normalizer", "null")]
    [InlineData("bert-uncased", "normalizer.type", "\"NFC\"")]
    [InlineData("bert-uncased", "normalizer.clean_text", "false")]
    [InlineData("bert-uncased", "normalizer", "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"BertNormalizer\"}]}")]
    [InlineData("bert-uncased", "normalizer", "{\"type\":\"Sequence\",\"normalizers\":[]}")]
    [InlineData("bert-uncased", "pre_tokenizer", "{\"type\":\"Whitespace\"}")]
    [InlineData("bert-uncased", "pre_tokenizer", "null")]
    [InlineData("bert-uncased", "post_processor", "null")]
    [InlineData("bert-uncased", "post_processor.type", "\"RobertaProcessing\"")]
    [InlineData("bert-uncased", "post_processor.single", "[]")]
    [InlineData("bert-uncased", "post_processor.pair", "7")]
    [InlineData("bert-uncased", "post_processor.special_tokens", "{}")]
    [InlineData("bert-uncased", "post_processor", "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",99],\"cls\":[\"[CLS]\",2]}")]
    [InlineData("bert-uncased", "post_processor", "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"}]}")]
    [InlineData("bert-uncased", "added_tokens", "[{\"id\":3,\"content\":\"[PAD]\",\"special\":true}]")]
    [InlineData("bert-uncased", "added_tokens", "[{\"id\":9999,\"content\":\"new\"}]")]
    [InlineData("bert-uncased", "added_tokens", "[{\"id\":0,\"content\":\"\"}]")]
    [InlineData("bert-uncased", "added_tokens", "[{\"id\":0,\"content\":7}]")]
    [InlineData("bert-uncased", "added_tokens", "{}")]
    [InlineData("roberta", "model.dropout", "0.1")]
    [InlineData("roberta", "model.byte_fallback", "true")]
    [InlineData("roberta", "model.end_of_word_suffix", "\"</w>\"")]
    [InlineData("roberta", "model.continuing_subword_prefix", "\"##\"")]
    [InlineData("roberta", "model.type", "\"WordPiece\"")]
    [InlineData("roberta", "model.merges", "[\"a\"]")]
    [InlineData("roberta", "model.merges", "[\"a b c\"]")]
    [InlineData("roberta", "model.merges", "[[\"a\",\"\\ud800\"]]")]
    [InlineData("roberta", "model.merges", "[\"a notatoken\"]")]
    [InlineData("roberta", "model.merges", "[[\"a\",\"b c\"]]")]
    [InlineData("roberta", "model.merges", "[[\"a\",\"b\\n\"]]")]
    [InlineData("roberta", "model.merges", "null")]
    [InlineData("roberta", "model.vocab", "{\"<s>\":0,\"</s>\":1}")]
    [InlineData("roberta", "normalizer", "{\"type\":\"NFC\"}")]
    [InlineData("roberta", "pre_tokenizer.use_regex", "false")]
    [InlineData("roberta", "pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[]}")]
    [InlineData("roberta", "post_processor", "{\"type\":\"ByteLevel\"}")]
    [InlineData("roberta", "post_processor", "{\"type\":\"BertProcessing\",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",0]}")]
    [InlineData("gpt2", "post_processor", "{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",0]}")]
    public void MemberOfTheTokenizer_IsRefusedByName(string name, string path, string json)
    {
        var family = Write(name);
        Edit("tokenizer.json", path, json);
        var error = Refused(family);
        Assert.Contains(error.File, new[] { "tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json" });
    }

    [Theory]
    [InlineData("bert-uncased", "tokenizer_class", "\"BertJapaneseTokenizer\"")]
    [InlineData("roberta", "tokenizer_class", "\"BertTokenizer\"")]
    [InlineData("bert-uncased", "tokenizer_class", "7")]
    [InlineData("bert-uncased", "do_lower_case", "\"yes\"")]
    [InlineData("bert-uncased", "model_max_length", "0")]
    [InlineData("bert-uncased", "model_max_length", "\"512\"")]
    [InlineData("bert-uncased", "truncation_side", "\"left\"")]
    [InlineData("bert-uncased", "mask_token", "{\"content\":1}")]
    [InlineData("bert-uncased", "mask_token", "{\"content\":\"[MASK]\",\"surprise\":1}")]
    [InlineData("bert-uncased", "added_tokens_decoder", "{\"x\":{\"content\":\"a\"}}")]
    [InlineData("bert-uncased", "added_tokens_decoder", "{\"99999\":{\"content\":\"new\"}}")]
    [InlineData("bert-uncased", "additional_special_tokens", "\"x\"")]
    [InlineData("gpt2", "add_bos_token", "true")]
    [InlineData("gpt2", "add_eos_token", "true")]
    public void MemberOfTheSettings_IsRefusedByName(string name, string path, string json)
    {
        var family = Write(name);
        Edit("tokenizer_config.json", path, json);
        Assert.Equal("tokenizer_config.json", Refused(family).File);
    }

    /// <summary>transformers' classes replace these by their own defaults, so that the two files would mean two tokenizers.</summary>
    [Theory]
    [InlineData("bert-cased", "do_lower_case", "normalizer.lowercase")]
    [InlineData("bert-cased-stripped", "tokenize_chinese_chars", "normalizer.handle_chinese_chars")]
    [InlineData("bert-accents", "strip_accents", "normalizer.strip_accents")]
    [InlineData("roberta-prefix", "add_prefix_space", "pre_tokenizer.add_prefix_space")]
    public void WhatTransformersWouldOverride_MustBeSaidInTheSettings(string name, string setting, string member)
    {
        var family = Write(name);
        Edit("tokenizer_config.json", setting, null);

        var error = Refused(family);

        Assert.Equal("tokenizer.json", error.File);
        Assert.Contains(member, error.Message, StringComparison.Ordinal);
        Assert.Contains($"says {setting}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{\"version\":\"1.0\",\"version\":\"1.0\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"version\":\"\\ud800\"}")]
    [InlineData("{\"version\":\"1.0\",\"model\":7}")]
    [InlineData("{\"version\":\"1.0\"}")]
    public void FilesThatAreNoTokenizer_AreRefused(string json)
    {
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"])
        {
            File.WriteAllText(At("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
            File.WriteAllText(At(file), json);
            foreach (var family in Enum.GetValues<HuggingFaceFamily>())
            {
                var error = Record.Exception(() => HuggingFaceTokenizerReader.Read(_folder.Path, family));
                Assert.True(error is null or InvalidFileException, $"{file}: {error}");
            }

            Assert.Equal("tokenizer.json", file == "tokenizer.json" ? Refused(HuggingFaceFamily.Bert).File : "tokenizer.json");
            File.Delete(At(file));
        }
    }

    [Theory]
    [InlineData("vocab.json", "{\"a\":0,\"a\":1}")]
    [InlineData("vocab.json", "{\"a\":0.5}")]
    [InlineData("vocab.json", "{\"a\":99999999999999999999}")]
    [InlineData("merges.txt", "")]
    [InlineData("merges.txt", "a b\n")]
    [InlineData("merges.txt", "#version: 0.2\na\n")]
    [InlineData("merges.txt", "#version: 0.2\na  b\n")]
    [InlineData("merges.txt", "#version: 0.2\na b\n\na b\n")]
    [InlineData("merges.txt", "#version: 0.2\na notatoken\n")]
    public void OlderFiles_AreRefusedByName(string file, string content)
    {
        var family = Write("gpt2");
        File.Delete(At("tokenizer.json"));
        File.WriteAllText(At(file), content);
        Assert.Contains(Refused(family).File, new[] { file, "vocab.json" });
    }

    [Fact]
    public void DeepJson_LargeFilesAndMissingOnes_AreRefused()
    {
        File.WriteAllText(At("tokenizer.json"), new string('[', 100_000));
        Assert.Equal("tokenizer.json", Refused(HuggingFaceFamily.Bert).File);
        using (var file = File.Create(At("tokenizer.json")))
        {
            file.SetLength((64L << 20) + 1);
        }

        Assert.Contains("at most", Refused(HuggingFaceFamily.Gpt2).Message, StringComparison.Ordinal);
        File.Delete(At("tokenizer.json"));
        Assert.Equal("vocab.txt", Refused(HuggingFaceFamily.Bert).File);
        Assert.Equal("vocab.json", Refused(HuggingFaceFamily.Roberta).File);
        File.WriteAllText(At("tokenizer_config.json"), """{"tokenizer_class": "PreTrainedTokenizerFast"}""");
        Assert.Equal("tokenizer.json", Refused(HuggingFaceFamily.Roberta).File);
    }

    /// <summary>Every byte of the files changed in some way: a tokenizer or the one exception, nothing else.</summary>
    [Theory]
    [InlineData("bert-added")]
    [InlineData("roberta")]
    public void DamagedFiles_GiveTheOneException(string name)
    {
        var family = Write(name);
        var random = new Random(7);
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            var bytes = File.ReadAllBytes(At(file));
            for (var trial = 0; trial < 300; trial++)
            {
                var damaged = bytes.ToArray();
                var tail = file == "tokenizer.json" && trial % 3 != 0 ? Math.Min(2500, damaged.Length) : damaged.Length;
                damaged[random.Next(tail)] = (byte)random.Next(256);
                File.WriteAllBytes(At(file), trial % 10 == 9 ? damaged[..random.Next(damaged.Length)] : damaged);
                var error = Record.Exception(() => HuggingFaceTokenizerReader.Read(_folder.Path, family));
                Assert.True(error is null or InvalidFileException, error?.ToString());
            }

            File.WriteAllBytes(At(file), bytes);
        }
    }

    /// <summary>A hundred thousand added tokens that all begin alike, and as many entries of a template.</summary>
    [Fact]
    public void ManyTokens_AreReadInProportion()
    {
        var family = Write("bert-uncased");
        var first = HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer.VocabularySize;
        var tokens = new JsonArray([.. Enumerable.Range(0, 90_000).Select(i => (JsonNode)new JsonObject { ["id"] = first + i, ["content"] = $"tok{i}" })]);
        Edit("tokenizer.json", "added_tokens", tokens.ToJsonString());
        Edit("tokenizer_config.json", "added_tokens_decoder", null);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokenizer = HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer;

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
        Assert.Equal(first + 90_000, tokenizer.VocabularySize);
        Assert.Equal(first + 89_999, tokenizer.Encode(new TextInput("a tok89999 tok"), 64).Ids[2]);
    }

    private string At(string file) => Path.Combine(_folder.Path, file);

    private InvalidFileException Refused(HuggingFaceFamily family) =>
        Assert.Throws<InvalidFileException>(() => HuggingFaceTokenizerReader.Read(_folder.Path, family));

    private HuggingFaceFamily Write(string name)
    {
        var (tokenizer, family) = SampleTokenizers.All[name]();
        HuggingFaceTokenizerWriter.Write(tokenizer, _folder.Path, family, 512);
        return family;
    }

    // Changed as text, so that values stay as they are written; null removes the member.
    private void Edit(string file, string path, string? json)
    {
        var root = JsonNode.Parse(File.ReadAllText(At(file)))!.AsObject();
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!.AsObject());
        const string Mark = "\"the value goes here\"";
        parent.Remove(names[^1]);
        if (json is not null)
        {
            parent[names[^1]] = Mark.Trim('"');
        }

        File.WriteAllText(At(file), root.ToJsonString().Replace(Mark, json, StringComparison.Ordinal), new UTF8Encoding(false));
    }
}
