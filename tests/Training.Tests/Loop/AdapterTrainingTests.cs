using System.Text.Json.Nodes;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Training small weights beside the encoder of a registered model.</summary>
public sealed class AdapterTrainingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("lora", "transformer-small")]
    [InlineData("lora", "mlp")]
    [InlineData("lora", "rnn")]
    [InlineData("adalora", "transformer-small")]
    [InlineData("adalora", "bifnn")]
    [InlineData("houlsby", "transformer-small")]
    [InlineData("pfeiffer", "transformer-small")]
    [InlineData("pfeiffer", "mlp")]
    public void Base_StaysByteForByte_AndTheArtifactHoldsTheSmallWeightsAlone(string adapter, string preset)
    {
        var first = _bench.Base(preset);
        var second = _bench.Onward(first, Options(adapter, preset), "second") with { BaseName = "topics:1" };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(second));

        var artifact = ArtifactReader.Open(second.OutputDirectory, ArtifactVerification.Hashes);
        Assert.Equal((ArtifactKind.Adapter, new ArtifactBase("topics:1", ArtifactReader.Open(first.OutputDirectory).ManifestSha256)), (artifact.Manifest.Kind, artifact.Manifest.Base!));
        var (before, after) = (TrainingBench.Tensors(first), TrainingBench.Tensors(second));
        Assert.All(after.Keys, name => Assert.True(AdapterParts.Holds(artifact.ReadConfig().Adapter!, name), name));
        Assert.Contains(after.Keys, AdapterParts.IsAdded);
        // The checkpoint holds all weights, the base's among them.
        using var scope = NewDisposeScope();
        using var checkpoint = SafetensorsReader.Open(Path.Combine(Directory.GetDirectories(second.CheckpointDirectory).Order().Last(), "model.safetensors"));
        foreach (var entry in checkpoint.Entries.Where(entry => !AdapterParts.Holds(artifact.ReadConfig().Adapter!, entry.Name)))
        {
            Assert.True(checkpoint.Read(entry.Name).bytes.SequenceEqual(before[entry.Name]), entry.Name);
        }

        // What was evaluated is what is served.
        using var shared = SharedBase.Open(first.OutputDirectory, CPU);
        using var predictor = Predictor.LoadAdapter(second.OutputDirectory, shared);
        Assert.Equal(predictor.Config.Labels, predictor.Config.Labels.Order(StringComparer.Ordinal));
        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.8, 1);
        Assert.Equal("football", Answer(predictor, "goal match team score league coach"));
        Assert.Equal("weather", Answer(predictor, "rain storm cloud wind snow"));
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("adalora")]
    [InlineData("houlsby")]
    [InlineData("pfeiffer")]
    public void StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining(string adapter)
    {
        var first = _bench.Base("transformer-small");
        var options = Options(adapter, "transformer-small");
        (options["eval_every"], options["n_epochs"], options["early_stopping_patience"]) = (5, 4, 0);
        var (whole, pieces) = (_bench.Onward(first, options, "whole"), _bench.Onward(first, options, "pieces"));
        _bench.Run(whole);

        // Before, between and after the cuts of 44 steps in all, and at no evaluation.
        var stops = _bench.RunInPieces(pieces, 3, 9, 13, 12);

        Assert.True(stops >= 3, $"{stops}");
        Assert.Equal(TrainingBench.WeightsHash(whole), TrainingBench.WeightsHash(pieces));
    }

    [Fact]
    public void Adalora_EndsWithItsTargetRank_AndTheBestEvaluationHasIt()
    {
        var first = _bench.Base("transformer-small");
        var options = Options("adalora", "transformer-small");
        options["eval_every"] = 3;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Onward(first, options, "second")));

        var lambdas = TrainingBench.Numbers(Path.Combine(_bench.Root, "second", "artifact")).Where(entry => entry.Key.EndsWith(".lambda", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, lambdas.Count);
        Assert.All(lambdas, entry => Assert.Equal(4, entry.Value.Length));
        Assert.Equal(2 * 4, lambdas.Sum(entry => entry.Value.Count(value => value != 0)));
        Assert.All(_bench.Evaluations.Where(evaluation => evaluation.IsBest), evaluation => Assert.True(evaluation.Step >= _bench.Evaluations.Last().Step * 0.7));
        Assert.True(finished.BestStep > 0);
    }

    [Fact]
    public void Merged_LoraGivesTheAnswersOfTheAdapter()
    {
        var first = _bench.Base("transformer-small");
        var second = _bench.Onward(first, Options("lora", "transformer-small"), "second");
        _bench.Run(second);
        AdapterMerge.Write(Path.Combine(_bench.Root, "merged"), first.OutputDirectory, second.OutputDirectory, DateTimeOffset.UnixEpoch);
        using var shared = SharedBase.Open(first.OutputDirectory, CPU);
        using var adapted = Predictor.LoadAdapter(second.OutputDirectory, shared);

        using var merged = Predictor.Load(Path.Combine(_bench.Root, "merged"), CPU);

        float[] Logits(Predictor predictor) => predictor.Predict([predictor.Tokenize(new TextInput("goal match rain"))], [new PredictionOptions()])[0].Logits;
        Assert.All(Logits(adapted).Zip(Logits(merged)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        // A model like any other: a training goes on from it.
        var third = _bench.Plan(second.TrainingFile, new JsonObject { ["n_epochs"] = 1 }, run: "third") with { Preset = null, BaseArtifact = Path.Combine(_bench.Root, "merged") };
        Assert.IsType<TrainingFinished>(_bench.Run(third));
    }

    [Fact]
    public void AdapterOnAnAdapter_IsRefused_SayingWhatToDo()
    {
        var first = _bench.Base("transformer-small");
        var second = _bench.Onward(first, Options("lora", "transformer-small"), "second");
        _bench.Run(second);

        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(_bench.Onward(second, new JsonObject(), "third")));

        Assert.Contains("Merge it", error.Errors["adapter"], StringComparison.Ordinal);
    }

    [Fact]
    public void Preset_HasNothingToAdapt()
    {
        var options = TrainingBench.TinyTransformer;
        options["adapter"] = "lora";

        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(_bench.Plan(_bench.WriteTopics(60), options, "transformer-small")));

        Assert.Contains("registered base model", error.Errors["adapter"], StringComparison.Ordinal);
    }

    [Fact]
    public void CheckpointOfAnAdapter_IsAWholeClassifier()
    {
        var first = _bench.Base("transformer-small");
        var second = _bench.Onward(first, Options("lora", "transformer-small"), "second");
        _bench.Run(second);
        var checkpoint = Directory.GetDirectories(second.CheckpointDirectory).Order().Last();

        using var classifier = Model.Classification.ClassifierFactory.Create(JsonFiles.Read<ClassifierConfig>(Path.Combine(checkpoint, "config.json")));
        using var weights = SafetensorsReader.Open(Path.Combine(checkpoint, "model.safetensors"));
        StateDictLoader.Load(classifier, weights);

        Assert.NotNull(classifier.Config.Adapter);
    }

    private static string Answer(Predictor predictor, string text)
    {
        var probabilities = predictor.Predict([predictor.Tokenize(new TextInput(text))], [new PredictionOptions()])[0].Probabilities;
        return predictor.Config.Labels[Array.IndexOf(probabilities, probabilities.Max())];
    }

    private static JsonObject Options(string adapter, string preset)
    {
        var options = new JsonObject
        {
            ["adapter"] = adapter,
            ["adapter_rank"] = 4,
            ["adapter_dropout"] = 0.1,
            ["adalora_start_rank"] = 4,
            ["adalora_target_rank"] = 2,
            ["n_epochs"] = 8,
            ["batch_size"] = 8,
            ["learning_rate"] = 0.02,
        };
        if (preset is "mlp" or "transformer-small")
        {
            options["adapter_size"] = 6;
        }

        return options;
    }
}
