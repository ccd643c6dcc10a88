using System.Text.Json.Nodes;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Fine-tuning goes on from checkpoints that others trained: plain and inside FeedbackNet.</summary>
public sealed class PublishedEncoderTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public static TheoryData<string> Families => [.. CheckpointFixture.Families];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void EncoderAlone_IsGivenAHeadAndLearns(string family)
    {
        var plan = Onward(Encoder(family), new JsonObject { ["n_epochs"] = 12, ["learning_rate"] = 0.01 }, family);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.6, 1);
        var artifact = ArtifactReader.Open(finished.Directory);
        var config = artifact.ReadConfig();
        Assert.Equal(ArtifactKind.Complete, artifact.Manifest.Kind);
        Assert.Equal(["money", "sport", "weather"], config.Labels);
        Assert.Equal((PoolingKind.Cls, config.Encoder.HiddenSize), (config.Pooling, config.HeadHiddenSize));
        Assert.Equal(family, ((TransformerEncoderConfig)config.Encoder).Family!.Value.ToString(), ignoreCase: true);
    }

    [Fact]
    public void Defaults_AreThoseOfFineTuning()
    {
        _bench.Run(Onward(Encoder("bert"), [], "defaults"));

        var effective = _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters;
        Assert.Equal((3, 32, 5e-5), (effective["n_epochs"]!.GetValue<int>(), effective["batch_size"]!.GetValue<int>(), effective["learning_rate"]!.GetValue<double>()));
        Assert.Equal((0, 40, 0.1), (effective["rounds"]!.GetValue<int>(), effective["max_tokens"]!.GetValue<int>(), effective["dropout"]!.GetValue<double>()));
    }

    [Theory]
    [InlineData("bert", "lora", 0)]
    [InlineData("distilbert", "adalora", 1)]
    [InlineData("roberta", "houlsby", 0)]
    [InlineData("bert", "pfeiffer", 1)]
    public void Adapter_IsPutBeside_PlainOrInsideALoop_AndNeedsNothingOfTheBasesHead(string family, string adapter, int rounds)
    {
        var encoder = Encoder(family);
        var options = new JsonObject { ["n_epochs"] = 1, ["adapter"] = adapter, ["rounds"] = rounds, ["feedback_heads"] = 2, ["adapter_rank"] = 2, ["adalora_start_rank"] = 3, ["adalora_target_rank"] = 1, ["adapter_size"] = 4 };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Onward(encoder, options, "adapted")));

        using var shared = SharedBase.Open(encoder, CPU);
        using var predictor = Predictor.LoadAdapter(finished.Directory, shared);
        Assert.Equal(rounds, predictor.MaxRounds);
        Assert.Equal(3, predictor.Predict([predictor.Tokenize(new TextInput("goal match"))], [new PredictionOptions()])[0].Probabilities.Length);
    }

    [Theory]
    [InlineData("bert", 0)]
    [InlineData("bert", 1)]
    [InlineData("distilbert", 3)]
    [InlineData("roberta", 1)]
    public void FeedbackLoop_IsPutAround_ReenteringAtAnyLayer(string family, int layer)
    {
        var options = new JsonObject { ["n_epochs"] = 2, ["rounds"] = 2, ["reentry_layer"] = layer, ["feedback_heads"] = 2, ["pooling"] = "mean_max", ["head_hidden_size"] = 0, ["max_tokens"] = 20 };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Onward(Encoder(family), options, "loop")));

        var config = ArtifactReader.Open(finished.Directory).ReadConfig();
        Assert.Equal((2, layer, PoolingKind.MeanMax, 0, 20), (config.Feedback!.Rounds, config.Feedback.ReentryLayer, config.Pooling, config.HeadHiddenSize, config.MaxTokens));
        Assert.Equal(3, finished.Report!["rounds"]!.AsArray().Count);
    }

    [Fact]
    public void Pooler_IsTakenOver_UnlessTheHeadHasAnotherLayer()
    {
        var encoder = Encoder("bert");
        var still = new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-9, ["weight_decay"] = 0 };
        var kept = Onward(encoder, still, "kept");
        var other = new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-9, ["weight_decay"] = 0, ["head_activation"] = "relu" };
        var anew = Onward(encoder, other, "anew");
        _bench.Run(kept);
        _bench.Run(anew);

        Assert.InRange(Distance(encoder, kept, "head.hidden.projection.weight"), 0, 1e-5);
        Assert.InRange(Distance(encoder, anew, "head.hidden.projection.weight"), 0.1, double.PositiveInfinity);
        Assert.InRange(Distance(encoder, anew, "encoder.layers.0.attention.qkv.weight"), 0, 1e-5);
    }

    [Fact]
    public void TextLongerThanThePositions_IsRefusedByOption()
    {
        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(Onward(Encoder("bert"), new JsonObject { ["max_tokens"] = 41 }, "long")));

        Assert.Contains("positions for 40 tokens at most", error.Errors["max_tokens"], StringComparison.Ordinal);
    }

    [Fact]
    public void PublishedClassifier_GoesOnWithOtherLabels_AndItsShapeIsFixed()
    {
        var classifier = CheckpointFixture.Import(CheckpointFixture.Folder("distilbert"), _bench.Root).Directory;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Onward(classifier, new JsonObject { ["n_epochs"] = 1 }, "other")));

        Assert.Equal(["money", "sport", "weather"], ArtifactReader.Open(finished.Directory).ReadConfig().Labels);
        Assert.Contains("fixed", Assert.Throws<InvalidOptionsException>(() => _bench.Run(Onward(classifier, new JsonObject { ["pooling"] = "max" }, "pooled"))).Errors["pooling"], StringComparison.Ordinal);
    }

    private string Encoder(string family)
    {
        var checkpoint = CheckpointFixture.Copy(family, _bench.Root);
        CheckpointFixture.Behead(checkpoint, family);
        return CheckpointFixture.Import(checkpoint, _bench.Root).Directory;
    }

    private TrainingPlan Onward(string artifact, JsonObject options, string run) =>
        _bench.Plan(_bench.WriteTopics(240), options, run: run) with { Preset = null, BaseArtifact = artifact, BaseName = "published:1" };

    private static double Distance(string artifact, TrainingPlan plan, string tensor)
    {
        using var scope = NewDisposeScope();
        using var before = SafetensorsReader.Open(Path.Combine(artifact, ArtifactFiles.Weights));
        using var after = SafetensorsReader.Open(Path.Combine(plan.OutputDirectory, ArtifactFiles.Weights));
        return (before.Read(tensor) - after.Read(tensor)).abs().max().item<float>();
    }
}
