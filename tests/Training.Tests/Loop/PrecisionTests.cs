using System.Text.Json.Nodes;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Steps that compute in bfloat16, with weights and moments in float32.</summary>
public sealed class PrecisionTests : IDisposable
{
    // Of the length of the gradient: logits are off by a few hundredths (Bfloat16Tests of the model), the way back rounds as often again.
    private const double Tolerance = 0.15;

    private readonly TrainingBench _bench = new();

    // Tiny tensors gain nothing from a second thread.
    public PrecisionTests() => TorchRuntime.SetThreads(1);

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void Gradient_PointsWhereThatOfFloat32Does(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var scope = NewDisposeScope();
        using var model = ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5));
        TinyModels.Draw(model, 3);
        var (copy, sut) = ComputeCopy.Of(model, CPU);
        using var owner = sut;
        model.eval();
        copy.eval();
        var before = Weights(model);

        sut.TakeWeights();
        Loss(copy).backward();
        sut.GiveGradients();
        var narrow = Gradients(model);

        Assert.All(model.named_parameters().Where(entry => entry.parameter.grad is not null), entry => Assert.Equal(ScalarType.Float32, entry.parameter.grad!.dtype));
        Assert.All(Weights(model), entry => Assert.Equal(before[entry.Key], entry.Value));
        foreach (var parameter in model.parameters())
        {
            parameter.grad = null;
        }

        Loss(model).backward();
        var wide = Gradients(model);
        Assert.Equal(wide.Keys.Order(), narrow.Keys.Order());
        Assert.InRange(Length(wide.SelectMany(entry => entry.Value.Zip(narrow[entry.Key], (one, other) => one - other))) / Length(wide.SelectMany(entry => entry.Value)), 1e-6, Tolerance);
    }

    [Theory]
    [InlineData("mlp", 1)]
    [InlineData("transformer-small", 2)]
    [InlineData("lstm", 1)]
    [InlineData("bifnn", 1)]
    public void StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining(string preset, int threads)
    {
        var file = _bench.WriteTopics(120, wrong: 0.3);
        var options = Tiny(preset);
        (options["eval_every"], options["early_stopping_patience"]) = (7, 0);
        var undisturbed = _bench.Plan(file, options, preset, "undisturbed") with { Threads = threads };
        var disturbed = _bench.Plan(file, options, preset, "disturbed") with { Threads = threads };
        _bench.Run(undisturbed);

        Assert.True(_bench.RunInPieces(disturbed, 9, 12, 5) >= 2);

        Assert.Equal(TrainingBench.WeightsHash(undisturbed), TrainingBench.WeightsHash(disturbed));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer-small")]
    [InlineData("gru")]
    [InlineData("bifnn")]
    public void Topics_AreLearned_AndTheArtifactHoldsTheFloat32Weights(string preset)
    {
        var options = Tiny(preset);
        options["n_epochs"] = 15;
        var plan = _bench.Plan(_bench.WriteTopics(120), options, preset);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.8, 1);
        Assert.Equal("bfloat16", _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["precision"]!.GetValue<string>());
        Assert.Contains(_bench.Progress.OfType<ProgressMessage>(), message => message.Level == "warn" && message.Message.Contains("bfloat16", StringComparison.Ordinal));
        var artifact = ArtifactReader.Open(plan.OutputDirectory);
        Assert.Equal((ArtifactPrecision.Float32, "bfloat16"), (artifact.Manifest.Precision, artifact.Manifest.Lineage.Hyperparameters!["precision"]!.GetValue<string>()));
        // Weights that bfloat16 could hold have nothing in their lower halves.
        Assert.All(TrainingBench.Numbers(plan.OutputDirectory).Where(entry => entry.Value.Length > 16), entry => Assert.Contains(entry.Value, NeedsMoreBits));
        Assert.All(State(plan).Where(entry => entry.Key.Contains(".exp_avg", StringComparison.Ordinal)), entry => Assert.Equal(ScalarType.Float32, entry.Value));
    }

    [Fact]
    public void AdaLora_InBfloat16_LeavesTheBaseAlone_AndLearns()
    {
        var first = _bench.Base("transformer-small");
        var options = new JsonObject { ["adapter"] = "adalora", ["n_epochs"] = 25, ["batch_size"] = 8, ["learning_rate"] = 0.01, ["precision"] = "bfloat16" };
        var second = _bench.Onward(first, options, "second") with { BaseName = "topics:1" };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(second));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.8, 1);
        var config = ArtifactReader.Open(second.OutputDirectory).ReadConfig();
        var before = TrainingBench.Tensors(first);
        using var scope = NewDisposeScope();
        using var checkpoint = SafetensorsReader.Open(Path.Combine(Directory.GetDirectories(second.CheckpointDirectory).Order().Last(), "model.safetensors"));
        Assert.All(checkpoint.Entries.Where(entry => !AdapterParts.Holds(config.Adapter!, entry.Name)), entry => Assert.True(checkpoint.Read(entry.Name).bytes.SequenceEqual(before[entry.Name]), entry.Name));
    }

    [Fact]
    public void FrozenLayers_InBfloat16_StayBitForBit()
    {
        var first = _bench.Base("transformer-small");
        var second = _bench.Onward(first, new JsonObject { ["freeze_layers"] = 1, ["n_epochs"] = 3, ["learning_rate"] = 0.01, ["precision"] = "bfloat16" }, "second", sameLabels: true);

        _bench.Run(second);

        var (before, after) = (TrainingBench.Tensors(first), TrainingBench.Tensors(second));
        Assert.Equal(before["encoder.layers.0.attention.qkv.weight"], after["encoder.layers.0.attention.qkv.weight"]);
        Assert.Equal(before["encoder.embeddings.token.weight"], after["encoder.embeddings.token.weight"]);
        Assert.NotEqual(before["encoder.layers.1.attention.qkv.weight"], after["encoder.layers.1.attention.qkv.weight"]);
    }

    [Fact]
    public void Pretraining_InBfloat16_GoesOnWhereItStopped()
    {
        var file = _bench.WriteTopics(120);
        var options = new JsonObject
        {
            ["n_epochs"] = 3,
            ["batch_size"] = 8,
            ["hidden_size"] = 16,
            ["layers"] = 1,
            ["heads"] = 2,
            ["vocabulary_size"] = 200,
            ["max_tokens"] = 32,
            ["learning_rate"] = 0.005,
            ["precision"] = "bfloat16",
        };
        TrainingPlan Plan(string run) => _bench.Plan(file, options, "transformer-small", run) with { Method = TrainingMethods.MaskedLanguageModeling };
        _bench.Run(Plan("undisturbed"));
        var losses = _bench.Steps.Select(step => step.Loss).ToList();

        Assert.Equal(2, _bench.RunInPieces(Plan("disturbed"), 9, 12));

        Assert.Equal(TrainingBench.WeightsHash(Plan("undisturbed")), TrainingBench.WeightsHash(Plan("disturbed")));
        Assert.True(losses.TakeLast(10).Average() < losses.Take(10).Average());
    }

    private static JsonObject Tiny(string preset)
    {
        var options = preset switch
        {
            "mlp" => TrainingBench.TinyMlp,
            "transformer-small" => TrainingBench.TinyTransformer,
            _ => TrainingBench.TinyRecurrent,
        };
        options["precision"] = "bfloat16";
        return options;
    }

    private static Tensor Loss(TextClassifier model)
    {
        var logits = model.Forward(PackedTokens.Pack(TinyModels.Texts(5, 1, 9, 9, 2)), CPU, model.MaxRounds);
        var truths = tensor([0L, 1, 2, 0, 1]);
        return stack(logits.Select(round => nn.functional.cross_entropy(round, truths))).sum();
    }

    private static Dictionary<string, float[]> Weights(TextClassifier model) => Numbers(model.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter.detach()));

    private static Dictionary<string, float[]> Gradients(TextClassifier model) => Numbers(
        model.named_parameters().Where(entry => entry.parameter.grad is not null).ToDictionary(entry => entry.name, entry => entry.parameter.grad!));

    private static Dictionary<string, float[]> Numbers(Dictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(entry => entry.Key, entry => (entry.Value.is_sparse ? entry.Value.to_dense() : entry.Value).contiguous().data<float>().ToArray());

    private static double Length(IEnumerable<float> numbers) => Math.Sqrt(numbers.Sum(number => (double)number * number));

    private static bool NeedsMoreBits(float number) => (BitConverter.SingleToInt32Bits(number) & 0xFFFF) != 0;

    private static Dictionary<string, ScalarType> State(TrainingPlan plan)
    {
        using var reader = SafetensorsReader.Open(Path.Combine(Directory.GetDirectories(plan.CheckpointDirectory).Order().Last(), "optimizer.safetensors"));
        return reader.Entries.ToDictionary(entry => entry.Name, entry => entry.Dtype);
    }
}
