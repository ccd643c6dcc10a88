using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

public sealed class SharedBaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, ComputePrecision> All =>
        new(AdaptedModels.All.SelectMany(pair => Enum.GetValues<ComputePrecision>().Select(precision => (pair.Adapter, pair.Encoder, precision))));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Attached_EqualsTheWholeClassifier(string adapter, string encoder, ComputePrecision precision)
    {
        var config = AdaptedModels.Config(adapter, encoder);
        WriteBase(config);
        Write("one", config, seed: 8);
        using var shared = SharedBase.Open(At("base"), CPU, ArtifactVerification.Hashes, precision: precision);
        using var scope = NewDisposeScope();

        using var attached = shared.Attach(ArtifactReader.Open(At("one")));

        using var whole = ClassifierFactory.Create(config);
        TinyModels.Draw(whole, 8);
        using (no_grad())
        {
            var state = whole.state_dict();
            using var weights = ArtifactReader.Open(At("base")).OpenWeights();
            foreach (var name in state.Keys.Where(name => !AdapterParts.Holds(config.Adapter!, name)))
            {
                state[name].copy_(weights.Read(name));
            }
        }

        whole.ComputeIn(precision);
        whole.eval();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));
        Assert.All(whole.Forward(tokens, CPU, 2).Zip(attached.Forward(tokens, CPU, 2)), pair => Assert.Equal(AdaptedModels.Numbers(pair.First), AdaptedModels.Numbers(pair.Second)));
        Assert.All(attached.modules(), module => Assert.False(module.training));
    }

    [Fact]
    public void ThreeAdapters_HoldTheBaseOnce()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config);
        using var shared = SharedBase.Open(At("base"), CPU);
        var predictors = Enumerable.Range(0, 3).Select(index =>
        {
            Write($"adapter-{index}", config, seed: index);
            return shared.Attach(ArtifactReader.Open(At($"adapter-{index}")));
        }).ToList();
        // What serving does with a classifier must not part it from the base.
        var backends = predictors.ConvertAll(classifier => new TorchBackend(classifier, CPU));

        var memory = predictors.SelectMany(classifier => classifier.state_dict().Values).DistinctBy(Address).Sum(Bytes);
        var small = predictors.Sum(classifier => classifier.state_dict().Where(entry => AdapterParts.Holds(config.Adapter!, entry.Key)).Sum(entry => Bytes(entry.Value)));

        Assert.Equal(shared.ByteCount + small, memory);
        Assert.Equal(shared.ByteCount, predictors[0].state_dict().Where(entry => !AdapterParts.Holds(config.Adapter!, entry.Key)).Sum(entry => Bytes(entry.Value)));
        backends.ForEach(backend => backend.Dispose());
    }

    [Fact]
    public void WhoeverIsDisposed_TheOthersWorkOn()
    {
        var config = AdaptedModels.Config("adalora", "transformer");
        WriteBase(config);
        Write("one", config, seed: 1);
        Write("two", config, seed: 2);
        var shared = SharedBase.Open(At("base"), CPU);
        var one = Predictor.LoadAdapter(At("one"), shared);
        using var two = Predictor.LoadAdapter(At("two"), shared);
        float[] Predict() => two.Predict([two.Tokenize(new TextInput("red sky"))], [new PredictionOptions()])[0].Probabilities;
        var before = Predict();

        shared.Dispose();
        one.Dispose();

        Assert.Equal(before, Predict());
        Assert.Throws<ObjectDisposedException>(() => Predictor.LoadAdapter(At("one"), shared));
    }

    [Fact]
    public void DisposedClassifier_LetsGoOfEveryWeight_WhateverScopeItWasMadeIn()
    {
        var config = AdaptedModels.Config("houlsby", "transformer");
        WriteBase(config);
        Write("one", config, seed: 1);
        using var shared = SharedBase.Open(At("base"), CPU);
        TextClassifier classifier;
        using (NewDisposeScope())
        {
            classifier = shared.Attach(ArtifactReader.Open(At("one")));
        }

        var weights = classifier.state_dict().Values;
        Assert.All(weights, weight => Assert.False(weight.IsInvalid));

        classifier.Dispose();

        Assert.All(weights, weight => Assert.True(weight.IsInvalid));
    }

    [Fact]
    public void EveryDifference_IsListed()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config with { Encoder = TinyModels.Transformer with { VocabularySize = 40, Segments = 0, Activation = ActivationKind.Swish } });
        Write("other", config, seed: 1, shape: config with { Adapter = new LoraConfig { Rank = 2, Targets = AdaptedModels.AllOfTransformer & ~AdapterTargets.Key | AdapterTargets.Key }, HeadHiddenSize = 4 });
        using var shared = SharedBase.Open(At("base"), CPU);

        var error = Assert.Throws<InvalidArtifactException>(() => shared.Attach(ArtifactReader.Open(At("other"))));

        var differences = Assert.IsType<StateDictMismatchException>(error.InnerException);
        Assert.Contains("base: encoder.embeddings.segment.weight", differences.Missing);
        Assert.Contains("base: encoder.layers.0.feed_forward.activation.beta", differences.Unexpected);
        Assert.Contains(differences.Mismatched, text => text.StartsWith("base: encoder.embeddings.token.weight is Float32 [40, 16]", StringComparison.Ordinal));
        Assert.Contains("adapter: head.hidden.projection.weight", differences.Unexpected);
        Assert.Contains(differences.Mismatched, text => text.StartsWith("adapter: encoder.layers.1.attention.qkv_adapter.key.a is Float32 [2, 16]", StringComparison.Ordinal));
    }

    [Fact]
    public void AnotherBase_IsRefused_NamingBoth()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config);
        Write("one", config, seed: 1, baseHash: new string('a', 64));
        using var shared = SharedBase.Open(At("base"), CPU);

        var error = Assert.Throws<InvalidArtifactException>(() => Predictor.LoadAdapter(At("one"), shared));

        Assert.All([new string('a', 64), shared.ManifestSha256, "base:1"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void AdapterAlone_DoesNotClassify_NorIsItABase()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config);
        Write("one", config, seed: 1);
        using var shared = SharedBase.Open(At("base"), CPU);

        Assert.Contains("without its base", Assert.Throws<InvalidArtifactException>(() => Predictor.Load(At("one"), CPU)).Message, StringComparison.Ordinal);
        Assert.Contains("merge the adapter", Assert.Throws<InvalidArtifactException>(() => SharedBase.Open(At("one"), CPU)).Message, StringComparison.Ordinal);
        Assert.Contains("only an adapter", Assert.Throws<InvalidArtifactException>(() => shared.Attach(ArtifactReader.Open(At("base")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_IsACompleteArtifact_WithEverythingElseOfTheAdapters()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config);
        Write("one", config, seed: 1, calibration: new Calibration([1.5]));
        AdapterMerge.Write(At("merged"), At("base"), At("one"), DateTimeOffset.UnixEpoch);

        using var merged = Predictor.Load(At("merged"), CPU, ArtifactVerification.Hashes);
        using var shared = SharedBase.Open(At("base"), CPU);
        using var adapted = Predictor.LoadAdapter(At("one"), shared);
        var texts = new[] { "red sky", "green apples are not blue" }.Select(text => merged.Tokenize(new TextInput(text))).ToList();
        float[][] Predict(Predictor predictor) => [.. predictor.Predict(texts, [new PredictionOptions(), new PredictionOptions()]).Select(prediction => prediction.Logits)];

        Assert.All(Predict(merged).Zip(Predict(adapted)), pair => Assert.All(pair.First.Zip(pair.Second), logits => Assert.Equal(logits.First, logits.Second, 1e-5f)));
        Assert.Equal([1.5], merged.Calibration.Temperatures);
        Assert.NotNull(ArtifactReader.Open(At("merged")).Find("report.json"));
        Assert.Null(merged.Config.Adapter);
    }

    [Fact]
    public void OtherPrecisions_AreWidened()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config, ArtifactPrecision.Bfloat16);
        Write("one", config, seed: 1);
        using var shared = SharedBase.Open(At("base"), CPU);

        using var classifier = shared.Attach(ArtifactReader.Open(At("one")));

        Assert.All(classifier.named_parameters(), entry => Assert.Equal(ScalarType.Float32, entry.parameter.dtype));
    }

    [Fact]
    public void InBfloat16_TheBaseIsHalfAsLarge()
    {
        var config = AdaptedModels.Config("lora", "transformer");
        WriteBase(config);
        using var wide = SharedBase.Open(At("base"), CPU);
        using var narrow = SharedBase.Open(At("base"), CPU, precision: ComputePrecision.Bfloat16);

        Assert.Equal(wide.ByteCount, 2 * narrow.ByteCount);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private void WriteBase(ClassifierConfig config, ArtifactPrecision precision = ArtifactPrecision.Float32)
    {
        config = config with { Adapter = null };
        TinyArtifacts.Write(At("tokens"), config, seed: 7);
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, 7);
        ArtifactWriter.Write(At("base"), new ArtifactContents
        {
            Config = config,
            Tokenizer = ArtifactReader.Open(At("tokens")).ReadTokenizer(),
            Weights = TensorSource.Of(classifier.state_dict()),
            Precision = precision,
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
    }

    /// <param name="shape">Of the weights, where it is not what the configuration says.</param>
    private void Write(string name, ClassifierConfig config, int seed, string? baseHash = null, ClassifierConfig? shape = null, Calibration? calibration = null)
    {
        var artifact = ArtifactReader.Open(At("base"));
        var written = shape is null ? At(name) : At(name + "-shape");
        AdaptedModels.Write(written, shape ?? config, baseHash ?? artifact.ManifestSha256, seed, artifact.ReadTokenizer(), calibration);
        if (shape is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var weights = ArtifactReader.Open(written).OpenWeights();
        ArtifactWriter.Write(At(name), new ArtifactContents
        {
            Kind = ArtifactKind.Adapter,
            Base = new ArtifactBase("base:1", artifact.ManifestSha256),
            Config = config,
            Tokenizer = artifact.ReadTokenizer(),
            Weights = TensorSource.Of(weights.Entries.ToDictionary(entry => entry.Name, entry => weights.Read(entry.Name))),
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    private static nint Address(Tensor tensor) => tensor.storage<float>().data_ptr();
}
