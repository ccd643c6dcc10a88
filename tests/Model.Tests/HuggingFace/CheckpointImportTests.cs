using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Files;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>Checkpoints become models that say what they said.</summary>
public sealed class CheckpointImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. CheckpointFixture.Families];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void StatesAndLogits_AreThoseOfHuggingFace(string family)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var artifact = CheckpointFixture.Import(CheckpointFixture.Folder(family), _folder.Path);
        using var classifier = CheckpointFixture.Load(artifact);

        Assert.Equal(ArtifactKind.Complete, artifact.Manifest.Kind);
        foreach (var (ids, logits, states) in CheckpointFixture.Expected(family))
        {
            var tokens = PackedTokens.Pack([.. ids.Select(text => new TokenizedText(text, null, text.Length))]);
            using var layout = new TokenLayout(tokens.Lengths, CPU);
            var encoded = classifier.Encoder.Encode(classifier.Encoder.Embed(tokens, layout), 0, classifier.Encoder.LayerCount);
            AssertClose(states.SelectMany(text => text.SelectMany(state => state)), encoded.Rows.data<float>());
            AssertClose(logits.SelectMany(text => text), classifier.Forward(tokens, CPU, 0)[0].data<float>());
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void EncoderAlone_WithoutPrefixOrHead_IsABase(string family)
    {
        var checkpoint = CheckpointFixture.Copy(family, _folder.Path);
        CheckpointFixture.Behead(checkpoint, family);

        var artifact = CheckpointFixture.Import(checkpoint, _folder.Path);

        Assert.Equal(ArtifactKind.Encoder, artifact.Manifest.Kind);
        Assert.Empty(artifact.ReadConfig().Labels);
        using var weights = artifact.OpenWeights();
        Assert.Equal(family == "bert", weights.Entries.Any(entry => entry.Name == "head.hidden.projection.weight"));
        Assert.DoesNotContain(weights.Entries, entry => entry.Name.StartsWith("head.projection", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pooler.dense.weight", "Float64")]
    [InlineData("pooler.dense.bias", "Float32")]
    public void PoolerThatIsNotUsed_IsHeldToItsShapeAndType(string name, string type)
    {
        using var scope = NewDisposeScope();
        var checkpoint = CheckpointFixture.Copy("roberta", _folder.Path);
        CheckpointFixture.Rewrite(checkpoint, tensor => tensor.Name != "roberta." + name ? [tensor]
            : tensor.Shape.Count == 2 ? [tensor.In(ScalarType.Float64)]
            : [new TensorSource(tensor.Name, tensor.Dtype, [31], () => zeros(31))]);

        var error = Assert.Throws<StateDictMismatchException>(() => CheckpointFixture.Import(checkpoint, _folder.Path));

        Assert.Contains($"roberta.{name} is {type}", Assert.Single(error.Mismatched), StringComparison.Ordinal);
    }

    [Fact]
    public void OldNamesOfNorms_AreRead()
    {
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        CheckpointFixture.Rewrite(checkpoint, tensor => [tensor with
        {
            Name = tensor.Name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
        }]);

        Assert.Equal(Weights(CheckpointFixture.Import(CheckpointFixture.Folder("bert"), _folder.Path)), Weights(CheckpointFixture.Import(checkpoint, _folder.Path)));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void NarrowWeights_AreWidened_BitForBit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var narrow = CheckpointFixture.Copy("bert", _folder.Path);
        CheckpointFixture.Rewrite(narrow, tensor => [tensor.In(dtype)]);
        var rounded = CheckpointFixture.Copy("bert", _folder.Path);
        CheckpointFixture.Rewrite(rounded, tensor => [tensor.In(dtype).In(ScalarType.Float32)]);

        Assert.Equal(Weights(CheckpointFixture.Import(rounded, _folder.Path)), Weights(CheckpointFixture.Import(narrow, _folder.Path)));
    }

    [Fact]
    public void Shards_AreReadByTheirIndex()
    {
        using var scope = NewDisposeScope();
        var checkpoint = CheckpointFixture.Copy("distilbert", _folder.Path);
        Shard(checkpoint, name => name.Contains("layer.1", StringComparison.Ordinal) ? "model-00002-of-00002.safetensors" : "model-00001-of-00002.safetensors");

        Assert.Equal(Weights(CheckpointFixture.Import(CheckpointFixture.Folder("distilbert"), _folder.Path)), Weights(CheckpointFixture.Import(checkpoint, _folder.Path)));
    }

    [Fact]
    public void EveryDifference_IsListedAtOnce()
    {
        using var scope = NewDisposeScope();
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        CheckpointFixture.Rewrite(checkpoint, tensor => tensor.Name switch
        {
            "bert.pooler.dense.bias" => [],
            "bert.encoder.layer.0.output.dense.weight" => [new TensorSource(tensor.Name, tensor.Dtype, [64, 32], () => tensor.Read().t())],
            "bert.embeddings.LayerNorm.bias" => [tensor.In(ScalarType.Float64)],
            "classifier.bias" => [tensor, tensor with { Name = "bert.encoder.layer.2.extra" }],
            _ => [tensor],
        });

        var error = Assert.Throws<StateDictMismatchException>(() => CheckpointFixture.Import(checkpoint, _folder.Path));

        Assert.Equal(["bert.pooler.dense.bias"], error.Missing);
        Assert.Equal(["bert.encoder.layer.2.extra"], error.Unexpected);
        Assert.Equal(2, error.Mismatched.Count);
        Assert.Contains("bert.embeddings.LayerNorm.bias is Float64 [32] in the file", error.Message, StringComparison.Ordinal);
        Assert.Contains("bert.encoder.layer.0.output.dense.weight is Float32 [64, 32] in the file; its config.json needs Float32, Float16 or BFloat16 [32, 64]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_type", "\"t5\"", "(\"t5\") is not supported; bert, distilbert, roberta and gpt2 are")]
    [InlineData("model_type", "7", "model_type (7) must be text")]
    [InlineData("hidden_size", "33", "does not divide")]
    [InlineData("hidden_size", "1e9", "a whole number from 1 to")]
    [InlineData("num_hidden_layers", "501", "a whole number from 1 to 500")]
    [InlineData("vocab_size", "null", "vocab_size is missing")]
    [InlineData("vocab_size", "100", "of different models")]
    [InlineData("hidden_act", "\"snake\"", "is not supported; gelu, gelu_python")]
    [InlineData("is_decoder", "true", "only encoders are supported")]
    [InlineData("position_embedding_type", "\"relative_key\"", "is not supported; only absolute is")]
    [InlineData("layer_norm_eps", "0", "greater than 0")]
    [InlineData("problem_type", "\"regression\"", "single_label_classification and multi_label_classification are")]
    [InlineData("id2label", """{"0":"a"}""", "a regression is not supported")]
    [InlineData("id2label", """{"0":"a","1":"a"}""", "'a' 2 times")]
    [InlineData("id2label", """{"0":"a","2":"b"}""", "without gaps")]
    [InlineData("id2label", """{"0":"a","1":"\ud800"}""", "config.json")]
    [InlineData("quantization_config", "{}", "only weights in F32")]
    [InlineData("max_position_embeddings", "3", "at least 4 are needed")]
    public void ConfigThatCannotBeHonoured_IsRefusedByName(string member, string value, string message)
    {
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        var path = Path.Combine(checkpoint, CheckpointFiles.Config);
        CheckpointFixture.Configure(checkpoint, config => config[member] = "here");
        File.WriteAllText(path, File.ReadAllText(path).Replace($"\"{member}\":\"here\"", $"\"{member}\":{value}", StringComparison.Ordinal));

        var error = Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(CheckpointFiles.Config, error.File);
    }

    [Fact]
    public void ProblemTypeAndNamesOfLabels_AreHonoured()
    {
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        CheckpointFixture.Configure(checkpoint, config =>
        {
            config["problem_type"] = "multi_label_classification";
            config["id2label"]!["2"] = "sport";
            config["classifier_dropout"] = 0.3;
        });

        var config = CheckpointFixture.Import(checkpoint, _folder.Path).ReadConfig();

        Assert.Equal(HeadKind.MultiLabel, config.Head);
        Assert.Equal(["label_0", "label_1", "sport", "label_3"], config.Labels);
        Assert.Equal((0.3, 40), (config.HeadDropout, config.MaxTokens));
    }

    [Fact]
    public void Infinities_AreRefusedByTensor()
    {
        using var scope = NewDisposeScope();
        var checkpoint = CheckpointFixture.Copy("roberta", _folder.Path);
        CheckpointFixture.Rewrite(checkpoint, tensor => tensor.Name == "classifier.out_proj.bias" ? [tensor with { Read = () => tensor.Read().fill_(double.NaN) }] : [tensor]);

        Assert.Contains("'classifier.out_proj.bias' holds an infinity or NaN", Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "a file name such as")]
    [InlineData("""{"weight_map":{"a":"x.bin"}}""", "a file name such as")]
    [InlineData("""{"weight_map":{}}""", "names 0 files")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("""{"weight_map":{"a":"absent.safetensors"}}""", "absent.safetensors: is missing")]
    [InlineData("""[]""", "must be an object")]
    public void IndexThatIsWrong_IsRefused(string index, string message)
    {
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        File.Delete(Path.Combine(checkpoint, CheckpointFiles.Weights));
        File.WriteAllText(Path.Combine(checkpoint, CheckpointFiles.Index), index);

        Assert.Contains(message, Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IndexAndShardsThatDiffer_AreRefused()
    {
        using var scope = NewDisposeScope();
        var checkpoint = CheckpointFixture.Copy("bert", _folder.Path);
        Shard(checkpoint, _ => "model-00001-of-00001.safetensors");
        var path = Path.Combine(checkpoint, CheckpointFiles.Index);
        var whole = File.ReadAllText(path);

        File.WriteAllText(path, whole.Replace("classifier.bias", "classifier.other", StringComparison.Ordinal));
        Assert.Contains("holds 'classifier.bias', which", Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path)).Message, StringComparison.Ordinal);

        File.WriteAllText(path, whole.Replace("\"classifier.bias\":", "\"more\":\"model-00001-of-00001.safetensors\",\"classifier.bias\":", StringComparison.Ordinal));
        Assert.Contains("lacks 'more', which", Assert.Throws<InvalidFileException>(() => CheckpointFixture.Import(checkpoint, _folder.Path)).Message, StringComparison.Ordinal);
    }

    private static void Shard(string checkpoint, Func<string, string> shardOf)
    {
        var whole = Path.Combine(checkpoint, CheckpointFiles.Weights);
        var map = new JsonObject();
        using (var reader = SafetensorsReader.Open(whole))
        {
            foreach (var shard in reader.Entries.GroupBy(entry => shardOf(entry.Name)))
            {
                using var stream = File.Create(Path.Combine(checkpoint, shard.Key));
                SafetensorsWriter.Write(stream, shard.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name)));
                foreach (var entry in shard)
                {
                    map[entry.Name] = shard.Key;
                }
            }
        }

        File.Delete(whole);
        File.WriteAllText(Path.Combine(checkpoint, CheckpointFiles.Index), new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
    }

    private static string Weights(ModelArtifact artifact) => artifact.Manifest.Files.Single(file => file.Name == ArtifactFiles.Weights).Sha256;

    private static void AssertClose(IEnumerable<float> expected, IEnumerable<float> actual)
    {
        var (one, other) = (expected.ToArray(), actual.ToArray());
        Assert.Equal(one.Length, other.Length);
        Assert.All(one.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
