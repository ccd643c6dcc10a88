using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Files;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>The heads of checkpoints that were pre-trained go along, so that pre-training goes on with them.</summary>
public sealed class LanguageHeadImportTests : IDisposable
{
    private static readonly Dictionary<string, (string Table, string Layer, string Norm, string[] Biases, string Decoder)> Names = new()
    {
        ["bert"] = ("bert.embeddings.word_embeddings.weight", "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", ["cls.predictions.bias", "cls.predictions.decoder.bias"], "cls.predictions.decoder.weight"),
        ["distilbert"] = ("distilbert.embeddings.word_embeddings.weight", "vocab_transform", "vocab_layer_norm", ["vocab_projector.bias"], "vocab_projector.weight"),
        ["roberta"] = ("roberta.embeddings.word_embeddings.weight", "lm_head.dense", "lm_head.layer_norm", ["lm_head.bias", "lm_head.decoder.bias"], "lm_head.decoder.weight"),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, int, bool> Forms => new(
        from family in Names.Keys
        from bias in Enumerable.Range(0, Names[family].Biases.Length + 1)
        from decoder in new[] { false, true }
        select (family, bias, decoder));

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Head_GoesAlong_WhateverIsWrittenTwice(string family, int bias, bool decoder)
    {
        var names = Names[family];
        var biases = bias == names.Biases.Length ? names.Biases : [names.Biases[bias]];
        var checkpoint = Checkpoint(family, table => decoder ? table : null, biases);

        var artifact = CheckpointFixture.Import(checkpoint, _folder.Path);

        Assert.Equal(ArtifactKind.Encoder, artifact.Manifest.Kind);
        using var weights = artifact.OpenWeights();
        Assert.Equal(
            ["language_head.bias", "language_head.norm.bias", "language_head.norm.weight", "language_head.projection.bias", "language_head.projection.weight"],
            weights.Entries.Select(entry => entry.Name).Where(name => name.StartsWith("language_head", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(Drawn(names.Layer + ".weight", Shape(family)[1], Shape(family)[1]).data<float>().ToArray(), weights.Read("language_head.projection.weight").data<float>().ToArray());
        Assert.Equal(Drawn("bias", Shape(family)[0]).data<float>().ToArray(), weights.Read("language_head.bias").data<float>().ToArray());
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    public void Model_TakesTheImportedTensors(string family)
    {
        var artifact = CheckpointFixture.Import(Checkpoint(family, _ => null, [Names[family].Biases[0]]), _folder.Path);
        using var model = LanguageModelFactory.Create(artifact.ReadConfig());
        using var weights = artifact.OpenWeights();
        using var mode = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            tensor.copy_(weights.Read(name));
        }

        model.eval();
        var text = new TokenizedText([2, 5, 4, 7, 3], null, 5);
        Assert.Equal([1, Shape(family)[0]], model.Forward(PackedTokens.Pack([text]), [2], CPU).shape);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    public void Head_LeavesAsItCame(string family)
    {
        var checkpoint = Checkpoint(family, _ => null, [Names[family].Biases[0]]);
        var artifact = Import(checkpoint, family);
        var exported = Directory.CreateDirectory(Path.Combine(_folder.Path, "exported")).FullName;
        foreach (var file in CheckpointExport.Files(artifact, "tiny"))
        {
            using var stream = File.Create(Path.Combine(exported, file.Name));
            file.Write(stream);
        }

        using (var before = SafetensorsReader.Open(Path.Combine(checkpoint, CheckpointFiles.Weights)))
        using (var after = SafetensorsReader.Open(Path.Combine(exported, CheckpointFiles.Weights)))
        {
            Assert.Equal(before.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal), after.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
            Assert.All(before.Entries, entry => Assert.Equal(before.Read(entry.Name).data<float>().ToArray(), after.Read(entry.Name).data<float>().ToArray()));
        }

        Assert.Contains("ForMaskedLM", File.ReadAllText(Path.Combine(exported, CheckpointFiles.Config)), StringComparison.Ordinal);
        Assert.Equal(artifact.Manifest.Files.Single(file => file.Name == ArtifactFiles.Weights), Import(exported, family).Manifest.Files.Single(file => file.Name == ArtifactFiles.Weights));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    public void DecoderOfItsOwn_IsRefused(string family)
    {
        var checkpoint = Checkpoint(family, table => table.add(tensor(1e-3f)), [Names[family].Biases[0]]);

        var error = Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path));

        Assert.Contains($"'{Names[family].Decoder}' differs from '{Names[family].Table}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("not tied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoBiases_AreRefused()
    {
        var checkpoint = Checkpoint("bert", _ => null, Names["bert"].Biases);
        CheckpointFixture.Rewrite(checkpoint, source => source.Name == "cls.predictions.decoder.bias" ? [source with { Read = () => Drawn("another", Shape("bert")[0]) }] : [source]);

        Assert.Contains("another name", Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartOfAHead_IsLeftOut_AndOneOfAWrongShapeIsNamed()
    {
        var part = Checkpoint("roberta", _ => null, ["lm_head.bias"]);
        CheckpointFixture.Rewrite(part, source => source.Name == "lm_head.dense.weight" ? [] : [source]);
        using var weights = CheckpointFixture.Import(part, _folder.Path).OpenWeights();
        Assert.DoesNotContain(weights.Entries, entry => entry.Name.StartsWith("language_head", StringComparison.Ordinal));

        var wrong = Checkpoint("roberta", _ => null, ["lm_head.bias"]);
        CheckpointFixture.Rewrite(wrong, source => source.Name == "lm_head.bias" ? [new TensorSource(source.Name, source.Dtype, [7], () => Drawn("x", 7))] : [source]);
        Assert.Contains("lm_head.bias is Float32 [7]", Assert.Throws<StateDictMismatchException>(() => CheckpointFixture.Import(wrong, _folder.Path)).Message, StringComparison.Ordinal);
    }

    // Each with a tokenizer that its family may leave with.
    private ModelArtifact Import(string checkpoint, string family)
    {
        var directory = Path.Combine(_folder.Path, Path.GetRandomFileName());
        ITextTokenizer tokenizer = family == "roberta"
            ? new ByteLevelBpeTokenizer(new ByteLevelBpeConfig { Layout = ByteLevelBpeLayout.Roberta, PadToken = "<pad>", UnknownToken = "<unk>", MaskToken = "<mask>" }, new ByteLevelBpeVocabulary(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "a", "b"], []))
            : new WordPieceTextTokenizer(new WordPieceConfig(), WordPieceVocabulary.Load(Path.Combine(CheckpointFixture.Folder("bert"), "vocab.txt")));
        CheckpointImport.Run(checkpoint, directory, tokenizer, null, DateTimeOffset.UnixEpoch, new ArtifactLineage());
        return ArtifactReader.Open(directory);
    }

    // The fixture of the family as its pre-training saves it.
    private string Checkpoint(string family, Func<Tensor, Tensor?> decoder, string[] biases)
    {
        var names = Names[family];
        var checkpoint = CheckpointFixture.Copy(family, _folder.Path);
        CheckpointFixture.Configure(checkpoint, config => config["architectures"] = new JsonArray("SomeForMaskedLM"));
        CheckpointFixture.Rewrite(checkpoint, source =>
        {
            if (!source.Name.StartsWith(family + ".", StringComparison.Ordinal))
            {
                return [];
            }

            if (source.Name != names.Table)
            {
                return [source];
            }

            var (tensors, width) = (new List<TensorSource> { source }, source.Shape[1]);
            void Add(string name, Tensor tensor) => tensors.Add(new TensorSource(name, tensor.dtype, tensor.shape, () => tensor));
            Add(names.Layer + ".weight", Drawn(names.Layer + ".weight", width, width));
            Add(names.Layer + ".bias", Drawn("layer bias", width));
            Add(names.Norm + ".weight", Drawn("norm", width));
            Add(names.Norm + ".bias", Drawn("norm bias", width));
            Array.ForEach(biases, bias => Add(bias, Drawn("bias", source.Shape[0])));
            if (decoder(source.Read()) is { } other)
            {
                Add(names.Decoder, other);
            }

            return tensors;
        });
        return checkpoint;
    }

    private static long[] Shape(string family)
    {
        using var reader = SafetensorsReader.Open(Path.Combine(CheckpointFixture.Folder(family), CheckpointFiles.Weights));
        return reader.Entries.Single(entry => entry.Name == Names[family].Table).Shape.ToArray();
    }

    private static Tensor Drawn(string name, params long[] shape)
    {
        using var generator = new Generator((ulong)name.Sum(letter => letter), CPU);
        return randn(shape, generator: generator);
    }
}
