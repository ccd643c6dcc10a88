using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>What was imported or trained here leaves as others know it, and comes back as it was.</summary>
public sealed class CheckpointExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. CheckpointFixture.Families];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Classifier_LeavesAsItCame(string family)
    {
        var artifact = CheckpointFixture.Import(CheckpointFixture.Folder(family), _folder.Path);

        var exported = Export(artifact);

        AssertSameTensors(CheckpointFixture.Folder(family), exported);
        var (before, after) = (Config(CheckpointFixture.Folder(family)), Config(exported));
        Assert.Equal(before.Select(member => member.Key).Order(), after.Select(member => member.Key).Order());
        Assert.True(JsonNode.DeepEquals(before, after), after.ToJsonString());
        Assert.Equal(Weights(artifact), Weights(CheckpointFixture.Import(exported, _folder.Path)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void EncoderAlone_LeavesWithoutPrefix(string family)
    {
        var checkpoint = CheckpointFixture.Copy(family, _folder.Path);
        CheckpointFixture.Behead(checkpoint, family);
        var artifact = CheckpointFixture.Import(checkpoint, _folder.Path);

        var exported = Export(artifact);

        AssertSameTensors(checkpoint, exported);
        Assert.EndsWith("Model", Config(exported)["architectures"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(Weights(artifact), Weights(CheckpointFixture.Import(exported, _folder.Path)));
    }

    [Theory]
    [InlineData(HeadKind.SingleLabel)]
    [InlineData(HeadKind.MultiLabel)]
    public void Gpt2_ComesBackBitForBit(HeadKind head)
    {
        using var scope = NewDisposeScope();
        var encoder = (TransformerEncoderConfig)Combinations.Encoder("gpt2") with { VocabularySize = 136, AttentionDropout = 0.1 };
        var artifact = Write(TinyModels.Plain(encoder, PoolingKind.Last) with { Head = head, HeadBias = false, HeadDropout = 0 }, family: "gpt2");

        var exported = Export(artifact);
        var back = CheckpointFixture.Import(exported, _folder.Path);

        using var weights = SafetensorsReader.Open(Path.Combine(exported, CheckpointFiles.Weights));
        Assert.Contains(weights.Entries, entry => entry.Name == "transformer.h.1.attn.c_attn.weight" && entry.Shape.SequenceEqual([16L, 48L]));
        Assert.Contains(weights.Entries, entry => entry.Name == "score.weight" && entry.Shape.SequenceEqual([3L, 16L]));

        // Without it transformers classifies no two texts of different lengths at once.
        var tokenizer = (ByteLevelBpeTokenizer)artifact.ReadTokenizer();
        Assert.Equal(tokenizer.PadId ?? tokenizer.EndId, JsonNode.Parse(File.ReadAllText(Path.Combine(exported, CheckpointFiles.Config)))!["pad_token_id"]!.GetValue<int>());
        Assert.Equal(Weights(artifact), Weights(back));
        Assert.Equal(JsonFiles.ToBytes(artifact.ReadConfig()), JsonFiles.ToBytes(back.ReadConfig()));
    }

    [Fact]
    public void Gpt2_SaysWhatItsAuthorsDescribe()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var encoder = (TransformerEncoderConfig)Combinations.Encoder("gpt2") with { VocabularySize = 136 };
        var checkpoint = Export(Write(TinyModels.Plain(encoder, PoolingKind.Last) with { HeadBias = false }, family: "gpt2"));
        var plain = new PlainGpt2(Path.Combine(checkpoint, CheckpointFiles.Weights), encoder.HiddenSize, encoder.Layers, encoder.Heads, encoder.NormEpsilon);

        using var classifier = CheckpointFixture.Load(CheckpointFixture.Import(checkpoint, _folder.Path));
        var texts = TinyModels.Texts(5, 1, 9);
        var logits = classifier.Forward(PackedTokens.Pack(texts), CPU, 0)[0].data<float>().ToArray();

        Assert.All(
            texts.SelectMany(text => plain.Logits(text.Ids, 3)).Zip(logits),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Gpt2_WithHeadsOfOtherTasks_IsReadWithoutThem()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var encoder = (TransformerEncoderConfig)Combinations.Encoder("gpt2") with { VocabularySize = 136 };
        var artifact = Write(TinyModels.Plain(encoder, PoolingKind.Last) with { HeadBias = false }, family: "gpt2");
        var checkpoint = Export(artifact);
        var heads = new[] { "qa_outputs.weight", "multiple_choice_head.summary.weight", "lm_head.weight" };
        CheckpointFixture.Rewrite(checkpoint, tensor => tensor.Name != "score.weight"
            ? [tensor]
            : [tensor, .. heads.Select(name => new TensorSource(name, tensor.Dtype, [2, encoder.HiddenSize], () => zeros(2, encoder.HiddenSize)))]);

        using var one = CheckpointFixture.Load(artifact);
        using var other = CheckpointFixture.Load(CheckpointFixture.Import(checkpoint, _folder.Path));

        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 3, 9));
        Assert.Equal(one.Forward(tokens, CPU, 0)[0].data<float>().ToArray(), other.Forward(tokens, CPU, 0)[0].data<float>().ToArray());
    }

    [Fact]
    public void TransformerTrainedFromScratch_LeavesAsABert_AndSaysTheSame()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var encoder = TinyModels.Transformer with { VocabularySize = 136, Norm = NormPlacement.Post };
        var artifact = Write(TinyModels.Plain(encoder, PoolingKind.Cls) with { HeadHiddenSize = 16, HeadActivation = ActivationKind.Tanh });

        var back = CheckpointFixture.Import(Export(artifact), _folder.Path);

        using var one = CheckpointFixture.Load(artifact);
        using var other = CheckpointFixture.Load(back);
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 3, 9));
        Assert.Equal(one.Forward(tokens, CPU, 0)[0].data<float>().ToArray(), other.Forward(tokens, CPU, 0)[0].data<float>().ToArray());
    }

    [Theory]
    [InlineData("rounds")]
    [InlineData("mlp")]
    [InlineData("pooling")]
    [InlineData("norm")]
    public void WhatNoFamilyCouldSay_IsNotExported(string what)
    {
        var encoder = TinyModels.Transformer with { VocabularySize = 136, Norm = NormPlacement.Post };
        var plain = TinyModels.Plain(encoder, PoolingKind.Cls) with { HeadHiddenSize = 16, HeadActivation = ActivationKind.Tanh };
        var (config, message) = what switch
        {
            "rounds" => (TinyModels.WithFeedback(encoder, pooling: PoolingKind.Cls), "Train with rounds 0"),
            "mlp" => (TinyModels.Plain(), "Only transformers"),
            "pooling" => (plain with { Pooling = PoolingKind.MeanMax, HeadHiddenSize = 0 }, "pooling cls, a head layer of the hidden size with tanh"),
            _ => (plain with { Encoder = encoder with { Norm = NormPlacement.Pre } }, "norm post"),
        };

        Assert.Contains(message, Assert.Throws<NotExportableException>(() => CheckpointExport.Files(Write(config), "news")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_TellsFiguresLabelsAndOrigin()
    {
        var encoder = TinyModels.Transformer with { VocabularySize = 136, Norm = NormPlacement.Post };
        var artifact = Write(
            TinyModels.Plain(encoder, PoolingKind.Cls) with { HeadHiddenSize = 16, HeadActivation = ActivationKind.Tanh, Labels = ["a`b", "c\nd"] },
            new JsonObject { ["n"] = 91, ["accuracy"] = 0.934512 });

        var card = File.ReadAllText(Path.Combine(Export(artifact), CheckpointFiles.Card));

        Assert.StartsWith("---\nlibrary_name: transformers\npipeline_tag: text-classification\n", card, StringComparison.Ordinal);
        Assert.Contains("# news\n", card, StringComparison.Ordinal);
        Assert.Contains("| Accuracy | 0.9345 |", card, StringComparison.Ordinal);
        Assert.Contains("      value: 0.9345\n", card, StringComparison.Ordinal);
        Assert.Contains("On the held-out part of 91 texts:", card, StringComparison.Ordinal);
        Assert.Contains("`a b`, `c d`", card, StringComparison.Ordinal);
        Assert.Contains("SHA-256 `abc`", card, StringComparison.Ordinal);
    }

    [Fact]
    public void CardOfAnImportedEncoder_SaysWhereItIsFrom_AndHowWellItGuesses()
    {
        var checkpoint = CheckpointFixture.Copy("roberta", _folder.Path);
        var origin = new ArtifactOrigin("huggingface", [], "owner/name", "0123456789abcdef0123456789abcdef01234567");
        var directory = Path.Combine(_folder.Path, "imported");
        CheckpointImport.Run(checkpoint, directory, CheckpointFixture.Tokenizer("roberta"), null, DateTimeOffset.UnixEpoch, new ArtifactLineage { BaseModel = "owner/name", Origin = origin });

        var card = File.ReadAllText(Path.Combine(Export(ArtifactReader.Open(directory)), CheckpointFiles.Card));

        Assert.Contains("Imported from `owner/name` at `0123456789abcdef0123456789abcdef01234567`.", card, StringComparison.Ordinal);
        Assert.DoesNotContain("Trained from", card, StringComparison.Ordinal);
    }

    [Fact]
    public void CardOfAPretrainedEncoder_TellsItsFigures()
    {
        var encoder = TinyModels.Transformer with { VocabularySize = 136, Norm = NormPlacement.Post };
        var artifact = Write(TinyModels.Plain(encoder, PoolingKind.Cls) with { HeadHiddenSize = 16, HeadActivation = ActivationKind.Tanh }, new JsonObject { ["n"] = 91, ["perplexity"] = 12.5 });

        Assert.Contains("| Perplexity at hidden tokens | 12.5 |", File.ReadAllText(Path.Combine(Export(artifact), CheckpointFiles.Card)), StringComparison.Ordinal);
    }

    private ModelArtifact Write(ClassifierConfig config, JsonObject? metrics = null, string family = "bert")
    {
        var directory = Path.Combine(_folder.Path, Path.GetRandomFileName());
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, seed: 3);
        ITextTokenizer tokenizer = config.Encoder is TransformerEncoderConfig
            ? CheckpointFixture.Tokenizer(family)
            : new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary });
        ArtifactWriter.Write(directory, new ArtifactContents
        {
            Config = config,
            Tokenizer = tokenizer,
            Weights = TensorSource.Of(classifier.state_dict()),
            CreatedAt = DateTimeOffset.UnixEpoch,
            Metrics = metrics,
            Lineage = new ArtifactLineage { BaseModel = "transformer", Datasets = [new ArtifactDataset("training", null, "abc", 911)] },
        });
        return ArtifactReader.Open(directory);
    }

    private string Export(ModelArtifact artifact)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_folder.Path, Path.GetRandomFileName())).FullName;
        foreach (var file in CheckpointExport.Files(artifact, "news"))
        {
            var path = Path.Combine(directory, file.Name);
            using (var stream = File.Create(path))
            {
                file.Write(stream);
            }

            Assert.Equal(file.Bytes, new FileInfo(path).Length);
        }

        return directory;
    }

    private static JsonObject Config(string checkpoint) => JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, CheckpointFiles.Config)))!.AsObject();

    private static string Weights(ModelArtifact artifact) => artifact.Manifest.Files.Single(file => file.Name == ArtifactFiles.Weights).Sha256;

    private static void AssertSameTensors(string before, string after)
    {
        using var scope = NewDisposeScope();
        using var one = SafetensorsReader.Open(Path.Combine(before, CheckpointFiles.Weights));
        using var other = SafetensorsReader.Open(Path.Combine(after, CheckpointFiles.Weights));
        static IEnumerable<string> Headers(SafetensorsReader reader) => reader.Entries.Select(entry => $"{entry.Name} {entry.Dtype} [{string.Join(", ", entry.Shape)}]").Order(StringComparer.Ordinal);
        Assert.Equal(Headers(one), Headers(other));
        Assert.Equal(one.Metadata, other.Metadata);
        Assert.All(one.Entries, entry => Assert.True(one.Read(entry.Name).eq(other.Read(entry.Name)).all().item<bool>(), entry.Name));
    }
}
