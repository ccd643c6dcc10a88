using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>What the files of a tokenizer say, and what becomes of it.</summary>
public sealed class TokenizerReaderTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures", "bert");

    private const string Template = """
        {"type": "Sequence", "processors": [
          {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
          {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "</s>", "type_id": 1}}],
           "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tokens-cased.json", false, HuggingFaceFamily.Bert)]
    [InlineData("tokens-uncased.json", true, HuggingFaceFamily.DistilBert)]
    public void Vocabulary_GivesTheIdsOfThePythonTokenizer(string file, bool lowerCase, HuggingFaceFamily family)
    {
        File.Copy(Path.Combine(Fixtures, "vocab.txt"), At("vocab.txt"));
        Settings($$"""{"do_lower_case": {{(lowerCase ? "true" : "false")}}, "model_max_length": 512, "tokenizer_class": "{{family}}Tokenizer"}""");

        var (sut, maxLength) = HuggingFaceTokenizerReader.Read(_folder.Path, family);

        Assert.Equal(512, maxLength);
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, file)));
        foreach (var example in cases.RootElement.EnumerateArray())
        {
            var text = example.GetProperty("text").GetString()!;
            Assert.Equal(example.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), sut.Encode(new TextInput(text), 512).Ids);
        }
    }

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"model_max_length": 1000000000000000019884624838656}""", null)]
    [InlineData("""{"model_max_length": 1e30}""", null)]
    [InlineData("""{"model_max_length": null}""", null)]
    [InlineData("""{"model_max_length": 512}""", 512)]
    [InlineData("""{"model_max_length": 128.0}""", 128)]
    public void ModelMaxLength_IsNullWithoutABound(string settings, int? expected)
    {
        Vocabulary();
        Settings(settings);
        Assert.Equal(expected, HuggingFaceTokenizerReader.Read(_folder.Path, HuggingFaceFamily.Bert).ModelMaxLength);
    }

    [Fact]
    public void WithoutSettings_TransformersDefaultsHold()
    {
        Vocabulary();

        var config = WordPiece().Config;

        Assert.Equal(WordPieceRules.Fast, config.Rules);
        Assert.True(config.LowerCase);
        Assert.Null(config.StripAccents);
        Assert.Equal(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"], config.AddedTokens.Select(token => token.Content));
        Assert.All(config.AddedTokens, token => Assert.True(token is { Special: true, Normalized: false, Lstrip: false }));
    }

    [Fact]
    public void Settings_OfAllKinds_AreHeeded()
    {
        Vocabulary();
        Settings("""
            {
              "do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false, "do_basic_tokenize": false, "never_split": ["a"],
              "mask_token": {"__type": "AddedToken", "content": "<hide>", "lstrip": true, "rstrip": false, "normalized": true, "single_word": false},
              "additional_special_tokens": ["[E1]", {"content": "[E2]", "single_word": true}], "name_or_path": "x", "clean_up_tokenization_spaces": true
            }
            """);

        var config = WordPiece().Config;

        Assert.Equal((false, true, false), (config.LowerCase, config.StripAccents, config.SplitChinese));
        var added = config.AddedTokens.ToDictionary(token => token.Content);
        Assert.True(added["<hide>"] is { Id: 7, Lstrip: true, Normalized: true, Special: true });
        Assert.True(added["[E1]"] is { Id: 8, Normalized: false, Special: true });
        Assert.True(added["[E2]"] is { Id: 9, SingleWord: true, Special: true });
        Assert.Equal("<hide>", config.MaskToken);
        Assert.DoesNotContain("[MASK]", added.Keys);
    }

    [Fact]
    public void OlderFiles_NameTokens_AndTheNewerOverrulesThem()
    {
        Vocabulary();
        File.WriteAllText(At("special_tokens_map.json"), """{"mask_token": "[HIDE]", "additional_special_tokens": ["[X]"]}""");
        File.WriteAllText(At("added_tokens.json"), """{"plain": 8, "[HIDE]": 7}""");
        var added = WordPiece().Config.AddedTokens.ToDictionary(token => token.Content);
        Assert.True(added["plain"] is { Id: 8, Special: false, Normalized: true });
        Assert.True(added["[HIDE]"] is { Id: 7, Special: true, Normalized: false });
        Assert.Equal(9, added["[X]"].Id);

        Settings("""{"added_tokens_decoder": {"7": {"content": "other", "lstrip": false, "normalized": true, "rstrip": true, "single_word": false, "special": false}}}""");
        var newer = WordPiece().Config.AddedTokens;
        Assert.True(newer.Single(token => token.Content == "other") is { Id: 7, Rstrip: true, Special: false });
        Assert.DoesNotContain(newer, token => token.Content is "plain" or "[HIDE]" or "[X]");
    }

    [Fact]
    public void RobertaMask_TakesTheSpaceInFrontOfIt()
    {
        Write("roberta");
        File.Delete(At("tokenizer.json"));
        Settings("{}");

        var config = Assert.IsType<ByteLevelBpeTokenizer>(HuggingFaceTokenizerReader.Read(_folder.Path, HuggingFaceFamily.Roberta).Tokenizer).Config;

        Assert.True(config.AddedTokens.Single(token => token.Content == "<mask>").Lstrip);
        Assert.False(config.AddedTokens.Single(token => token.Content == "<s>").Lstrip);
        Assert.Equal(("<pad>", "</s>", "<mask>"), (config.PadToken, config.EndToken, config.MaskToken));
    }

    [Fact]
    public void MergesAsText_AreReadLikePairs()
    {
        Write("gpt2");
        Edit(root => root["model"]!["merges"] = new JsonArray([.. root["model"]!["merges"]!.AsArray().Select(merge => (JsonNode)$"{merge![0]} {merge[1]}")]));

        var read = Assert.IsType<ByteLevelBpeTokenizer>(HuggingFaceTokenizerReader.Read(_folder.Path, HuggingFaceFamily.Gpt2).Tokenizer);

        Assert.Equal(((ByteLevelBpeTokenizer)SampleTokenizers.All["gpt2"]().Tokenizer).Vocabulary.Merges, read.Vocabulary.Merges);
    }

    [Theory]
    [InlineData("bert-uncased", """{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""")]
    [InlineData("roberta", Template)]
    [InlineData("gpt2", "null")]
    public void PostProcessors_OfTheSameLayout_AreAlike(string name, string processor)
    {
        var family = Write(name);
        var before = HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer.Encode(new TextInput("a b", "c"), 64);
        Edit(root => root["post_processor"] = JsonNode.Parse(processor));

        var after = HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer.Encode(new TextInput("a b", "c"), 64);

        Assert.Equal(before.Ids, after.Ids);
        Assert.Equal(before.SegmentIds, after.SegmentIds);
    }

    [Theory]
    [InlineData("bert-uncased")]
    [InlineData("roberta")]
    public void FilesOfBefore2020_HaveNoTypeOfModel(string name)
    {
        var family = Write(name);
        var before = HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer.Encode(new TextInput("a b", "c"), 64);
        Edit(root => root["model"]!.AsObject().Remove("type"));

        Assert.Equal(before.Ids, HuggingFaceTokenizerReader.Read(_folder.Path, family).Tokenizer.Encode(new TextInput("a b", "c"), 64).Ids);
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"DistilBertTokenizer"}""", false)]
    [InlineData("""{"tokenizer_class":"DistilBertTokenizerFast","model_input_names":["input_ids","token_type_ids"]}""", true)]
    [InlineData("""{"tokenizer_class":"BertTokenizer","model_input_names":["input_ids","attention_mask"]}""", false)]
    [InlineData("""{"tokenizer_class":"BertTokenizer"}""", true)]
    [InlineData("""{}""", true)]
    public void Segments_AreGivenWhereTransformersGivesThem(string settings, bool expected)
    {
        Write("bert-uncased");
        File.WriteAllText(At("tokenizer_config.json"), settings);

        var read = (WordPieceTextTokenizer)HuggingFaceTokenizerReader.Read(_folder.Path, HuggingFaceFamily.Bert).Tokenizer;
        var other = Directory.CreateDirectory(Path.Combine(_folder.Path, "again")).FullName;
        HuggingFaceTokenizerWriter.Write(read, other, HuggingFaceFamily.Bert, 64);
        var again = HuggingFaceTokenizerReader.Read(other, HuggingFaceFamily.Bert).Tokenizer;

        Assert.Equal(expected, read.Encode(new TextInput("a", "b"), 64).SegmentIds?.Contains(1) == true);
        Assert.Equal(expected, again.Encode(new TextInput("a", "b"), 64).SegmentIds?.Contains(1) == true);
    }

    [Fact]
    public void TokenOnTwoLines_IsWrittenInTheVocabularyAlone()
    {
        Write("bert-uncased");
        var vocabulary = new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "a"]);
        var sut = new WordPieceTextTokenizer(new WordPieceConfig { Rules = WordPieceRules.Fast }, vocabulary);
        HuggingFaceTokenizerWriter.Write(sut, _folder.Path, HuggingFaceFamily.Bert, 64);

        Assert.False(File.Exists(At("tokenizer.json")));
        Assert.Equal(sut.Encode(new TextInput("a b [MASK]"), 64).Ids, WordPiece().Encode(new TextInput("a b [MASK]"), 64).Ids);
    }

    [Fact]
    public void GeneralClass_TakesTheNormalizerAsItIs()
    {
        Write("bert-cased");
        Settings("""{"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"}""");
        Assert.False(WordPiece().Config.LowerCase);
    }

    private string At(string file) => Path.Combine(_folder.Path, file);

    private void Settings(string json) => File.WriteAllText(At("tokenizer_config.json"), json);

    private void Vocabulary() => File.WriteAllText(At("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n");

    private WordPieceTextTokenizer WordPiece() =>
        Assert.IsType<WordPieceTextTokenizer>(HuggingFaceTokenizerReader.Read(_folder.Path, HuggingFaceFamily.Bert).Tokenizer);

    private HuggingFaceFamily Write(string name)
    {
        var (tokenizer, family) = SampleTokenizers.All[name]();
        HuggingFaceTokenizerWriter.Write(tokenizer, _folder.Path, family, 512);
        return family;
    }

    private void Edit(Action<JsonObject> edit)
    {
        var root = JsonNode.Parse(File.ReadAllText(At("tokenizer.json")))!.AsObject();
        edit(root);
        File.WriteAllText(At("tokenizer.json"), root.ToJsonString());
    }
}
