using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Checkpoints;

public sealed class ArtifactTests : IDisposable
{
    private static readonly DateTimeOffset CreatedAt = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _root = new();
    private readonly string _folder;
    private readonly string _hash;
    private readonly Predictor _original;

    public ArtifactTests()
    {
        _folder = Path.Combine(_root.Path, "artifact");
        manual_seed(3);
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5) with { Labels = ["rot", "绿色", "b\"l&u e"] });
        TinyModels.Shake(classifier);
        var contents = Describe(classifier);
        _original = new Predictor(contents.Tokenizer, new TorchBackend(classifier, CPU), contents.Calibration);
        _hash = ArtifactWriter.Write(_folder, contents);
    }

    public void Dispose()
    {
        _original.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void SaveAndLoad_GivesEqualLogits()
    {
        using var loaded = Predictor.Load(_folder, CPU, ArtifactVerification.Hashes);
        var texts = new[] { "a red text", "新闻", "!!!" }.Select(text => _original.Tokenize(new TextInput(text))).ToArray();

        var expected = _original.Predict(texts, PredictionOptions.Default);
        var actual = loaded.Predict(texts, PredictionOptions.Default);

        Assert.Equal(_original.Config.Labels, loaded.Config.Labels);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Logits, pair.Second.Logits));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Probabilities, pair.Second.Probabilities));
        Assert.All(texts, text => Assert.Equal(text.Ids.Length, text.FullLength));
    }

    [Fact]
    public void Manifest_ListsEveryFileAndItsOrigin()
    {
        var artifact = ArtifactReader.Open(_folder, ArtifactVerification.Hashes, _hash);

        Assert.Equal(
            ["calibration.json", "config.json", "model.safetensors", "report.json", "tokenizer_config.json"],
            artifact.Manifest.Files.Select(file => file.Name));
        Assert.Equal(CreatedAt, artifact.Manifest.CreatedAt);
        Assert.Equal("ftjob-1", artifact.Manifest.Lineage.JobId);
        Assert.Equal(42, artifact.Manifest.Lineage.Seed);
        Assert.Equal(0.001, (double)artifact.Manifest.Lineage.Hyperparameters!["learning_rate"]!);
        Assert.Equal(0.9, (double)artifact.Manifest.Metrics!["accuracy"]!);
        Assert.Equal("{}", File.ReadAllText(artifact.Find("report.json")!));
        Assert.Null(artifact.Find("../config.json"));
        var text = File.ReadAllText(Path.Combine(_folder, "manifest.json"));
        Assert.Contains("\"format_version\": 1", text);
        Assert.Contains("\"kind\": \"complete\"", text);
        Assert.Contains("\"precision\": \"float32\"", text);
        Assert.Contains("绿色", File.ReadAllText(Path.Combine(_folder, "config.json")));
    }

    [Fact]
    public void EqualContents_GiveEqualBytes()
    {
        using var classifier = ClassifierFactory.Create(_original.Config);
        ArtifactReader.Open(_folder).LoadWeights(classifier);
        Assert.Equal(_hash, ArtifactWriter.Write(Path.Combine(_root.Path, "again"), Describe(classifier)));
    }

    [Fact]
    public void TamperedByte_InAnyFile_IsFound()
    {
        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            var name = Path.GetFileName(path);
            var bytes = File.ReadAllBytes(path);
            foreach (var position in new[] { 0, bytes.Length / 3, bytes.Length - 1 })
            {
                bytes[position] ^= 1;
                File.WriteAllBytes(path, bytes);
                Assert.Equal(name, Refused(ArtifactVerification.Hashes, _hash).File);
                bytes[position] ^= 1;
            }

            File.WriteAllBytes(path, bytes[..^1]);
            Assert.Equal(name, Refused(ArtifactVerification.Sizes, name == "manifest.json" ? _hash : null).File);
            File.WriteAllBytes(path, bytes);
        }

        ArtifactReader.Open(_folder, ArtifactVerification.Hashes, _hash);
    }

    [Fact]
    public void MissingOrExtraFiles_AreNamed()
    {
        foreach (var path in Directory.EnumerateFiles(_folder).ToList())
        {
            File.Move(path, path + "~");
            File.Move(path + "~", Path.Combine(_root.Path, "aside"));
            Assert.Equal(Path.GetFileName(path), Refused().File);
            File.Move(Path.Combine(_root.Path, "aside"), path);
        }

        var extra = Path.Combine(_folder, "extra.bin");
        File.WriteAllText(extra, "x");
        Assert.Equal("extra.bin", Refused().File);
        File.Delete(extra);
        Directory.CreateDirectory(extra);
        Assert.Equal("extra.bin", Refused().File);
    }

    [Fact]
    public void SymbolicLink_IsRefused()
    {
        var path = Path.Combine(_folder, "config.json");
        var target = Path.Combine(_root.Path, "elsewhere.json");
        File.Move(path, target);
        File.CreateSymbolicLink(path, target);
        Assert.Equal("config.json", Refused().File);
    }

    [Theory]
    [InlineData("format_version", "2")]
    [InlineData("format_version", "\"1\"")]
    [InlineData("format_version", "99999999999999")]
    [InlineData("kind", "\"huge\"")]
    [InlineData("kind", "0")]
    [InlineData("kind", "\"adapter\"")]
    [InlineData("precision", "\"int4\"")]
    [InlineData("unknown_member", "1")]
    [InlineData("lineage", "null")]
    [InlineData("files", "null")]
    [InlineData("files", "[null]")]
    [InlineData("files", "[]")]
    public void ManifestMember_OutOfOrder_IsRefused(string member, string value)
    {
        EditManifest(manifest => manifest[member] = JsonNode.Parse(value));
        Assert.Equal("manifest.json", Refused().File);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/config.json")]
    [InlineData("..")]
    [InlineData("a\u0000")]
    [InlineData(".hidden")]
    [InlineData("Config.json")]
    [InlineData("c:config")]
    [InlineData("config.json")]
    [InlineData("manifest.json")]
    [InlineData("")]
    public void FileName_ThatIsAPathOrComesTwice_IsRefused(string name)
    {
        EditManifest(manifest => manifest["files"]![4]!["name"] = name);
        Assert.Equal("manifest.json", Refused().File);
    }

    [Fact]
    public void UnreadableManifests_AreRefused()
    {
        foreach (var text in new[] { "", "{", "null", "[]", "1", "{}", "{\"format_version\":1}", new string('[', 50_000), "{\"format_version\":1,\"format_version\":1}" })
        {
            File.WriteAllText(Path.Combine(_folder, "manifest.json"), text);
            Assert.Equal("manifest.json", Refused().File);
        }

        File.WriteAllBytes(Path.Combine(_folder, "manifest.json"), [0xFF, 0xFE, .. "{}"u8]);
        Assert.Equal("manifest.json", Refused().File);
    }

    [Theory]
    [InlineData("config.json", "{}")]
    [InlineData("config.json", """{"encoder":{"type":"mlp","hidden_size":16,"layers":2,"buckets":50},"labels":["a"]}""")]
    [InlineData("config.json", """{"encoder":{"type":"mlp","hidden_size":16,"layers":2,"buckets":50},"labels":["a","b"],"surprise":1}""")]
    [InlineData("config.json", """{"encoder":{"type":"magic","hidden_size":16,"layers":2,"buckets":50},"labels":["a","b"]}""")]
    [InlineData("config.json", """{"encoder":{"hidden_size":16,"layers":2,"buckets":50},"labels":["a","b"]}""")]
    [InlineData("config.json", """{"encoder":{"type":"mlp","hidden_size":16,"layers":2,"buckets":50},"pooling":3,"labels":["a","b"]}""")]
    [InlineData("calibration.json", """{"temperatures":[0]}""")]
    [InlineData("calibration.json", """{"temperatures":[1],"thresholds":[0.5]}""")]
    [InlineData("calibration.json", """{"temperatures":[1],"thresholds":[0.5,0.5,2]}""")]
    [InlineData("tokenizer_config.json", """{"type":"hashed_ngrams","buckets":51}""")]
    [InlineData("tokenizer_config.json", """{"type":"word_piece"}""", "vocab.txt")]
    [InlineData("model.safetensors", "weights")]
    public void FileWithWrongContents_IsNamedWhenLoaded(string name, string text, string? named = null)
    {
        Replace(name, Encoding.UTF8.GetBytes(text));
        Assert.Equal(named ?? name, Assert.Throws<InvalidArtifactException>(() => Predictor.Load(_folder, CPU)).File);
    }

    [Fact]
    public void WeightsOfAnotherShape_AreRefusedWithEveryDifference()
    {
        var config = Path.Combine(_folder, "config.json");
        Replace("config.json", Encoding.UTF8.GetBytes(File.ReadAllText(config).Replace("\"hidden_size\": 16", "\"hidden_size\": 32", StringComparison.Ordinal)));
        var exception = Assert.Throws<InvalidArtifactException>(() => Predictor.Load(_folder, CPU));
        Assert.Equal("model.safetensors", exception.File);
        Assert.True(Assert.IsType<StateDictMismatchException>(exception.InnerException).Mismatched.Count > 3);
    }

    [Fact]
    public void EncoderOnly_CannotClassify()
    {
        EditManifest(manifest => manifest["kind"] = "encoder");
        Assert.Equal("manifest.json", Assert.Throws<InvalidArtifactException>(() => Predictor.Load(_folder, CPU)).File);
    }

    [Fact]
    public void LoadingWeights_LeavesNoTensorBehind()
    {
        using var classifier = ClassifierFactory.Create(_original.Config);
        var artifact = ArtifactReader.Open(_folder);
        Assert.Equal(0, TensorGuard.Growth(10, () => artifact.LoadWeights(classifier)));
    }

    [Fact]
    public void Writing_LeavesNoTensorBehind()
    {
        using var classifier = ClassifierFactory.Create(_original.Config);
        var contents = Describe(classifier);
        foreach (var precision in Enum.GetValues<ArtifactPrecision>())
        {
            Assert.Equal(0, TensorGuard.Growth(5, () => ArtifactWriter.Write(
                Path.Combine(_root.Path, Guid.NewGuid().ToString("N")), contents with { Precision = precision })));
        }
    }

    [Fact]
    public void HalfPrecision_HalvesTheWeights_AndLoads()
    {
        using var classifier = ClassifierFactory.Create(_original.Config);
        ArtifactReader.Open(_folder).LoadWeights(classifier);
        var half = Path.Combine(_root.Path, "half");
        ArtifactWriter.Write(half, Describe(classifier) with { Precision = ArtifactPrecision.Bfloat16 });
        using var loaded = Predictor.Load(half, CPU);
        var text = _original.Tokenize(new TextInput("a red text"));
        var expected = _original.Predict([text], PredictionOptions.Default)[0].Probabilities;
        var actual = loaded.Predict([text], PredictionOptions.Default)[0].Probabilities;

        // Eight bits of mantissa: the weights are off by up to 0.4 %.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 0.05f));
        long Size(string folder) => ArtifactReader.Open(folder).Manifest.Files.Single(file => file.Name == "model.safetensors").Size;
        Assert.InRange(Size(half), Size(_folder) / 2, Size(_folder) * 3 / 4);
    }

    [Fact]
    public void Writer_RefusesWhatTheReaderWouldRefuse()
    {
        using var classifier = ClassifierFactory.Create(_original.Config);
        var contents = Describe(classifier);
        string Fresh() => Path.Combine(_root.Path, Guid.NewGuid().ToString("N"));
        Assert.Throws<ArgumentException>(() => ArtifactWriter.Write(_folder, contents));
        Assert.Throws<ArgumentException>(() => ArtifactWriter.Write(Fresh(), contents with { Kind = ArtifactKind.Adapter }));
        foreach (var name in new[] { "../x", "config.json", "manifest.json", "A.json", "" })
        {
            Assert.Throws<ArgumentException>(() => ArtifactWriter.Write(
                Fresh(), contents with { Attachments = new Dictionary<string, byte[]> { [name] = [1] } }));
        }
    }

    private static ArtifactContents Describe(TextClassifier classifier) => new()
    {
        Config = classifier.Config,
        Tokenizer = new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }),
        Weights = TensorSource.Of(classifier.state_dict()),
        CreatedAt = CreatedAt,
        Calibration = new Calibration([1.0, 1.5, 2.0]),
        Lineage = new ArtifactLineage
        {
            JobId = "ftjob-1",
            BaseModel = "mlp",
            Datasets = [new ArtifactDataset("training", "file-1", new string('0', 64), 600)],
            Seed = 42,
            Hyperparameters = new JsonObject { ["learning_rate"] = 0.001 },
            Versions = new Dictionary<string, string> { ["torch_sharp"] = "0.107.0" },
            Device = "cpu",
            Threads = 2,
        },
        Metrics = new JsonObject { ["accuracy"] = 0.9 },
        Attachments = new Dictionary<string, byte[]> { ["report.json"] = "{}"u8.ToArray() },
    };

    private InvalidArtifactException Refused(ArtifactVerification verification = ArtifactVerification.Sizes, string? hash = null) =>
        Assert.Throws<InvalidArtifactException>(() => ArtifactReader.Open(_folder, verification, hash));

    private void EditManifest(Action<JsonObject> edit)
    {
        var path = Path.Combine(_folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private void Replace(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, name), bytes);
        EditManifest(manifest => manifest["files"]!.AsArray().Single(file => (string)file!["name"]! == name)!["size"] = bytes.Length);
    }
}
