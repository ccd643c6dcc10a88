using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Training around an encoder that stays as it is, and what a registered model may be given on top.</summary>
public sealed class FrozenEncoderTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer-small")]
    [InlineData("lstm")]
    [InlineData("bifnn")]
    public void Encoder_StaysByteForByte_WhileHeadAndLoopLearn(string preset)
    {
        var first = _bench.Base(preset, rounds: 1);
        var options = new JsonObject { ["freeze_encoder"] = true, ["n_epochs"] = 3, ["learning_rate"] = 0.01 };
        var second = _bench.Onward(first, options, "second");

        Assert.IsType<TrainingFinished>(_bench.Run(second));

        var started = _bench.Progress.OfType<TrainingStarted>().Single();
        var (before, after) = (TrainingBench.Tensors(first), TrainingBench.Tensors(second));
        Assert.True(started.Parameters < after.Values.Sum(tensor => tensor.Length / sizeof(float)));
        foreach (var (name, bytes) in after)
        {
            var stays = name.StartsWith("encoder.", StringComparison.Ordinal);
            Assert.True(stays == bytes.AsSpan().SequenceEqual(before[name]), name);
        }
    }

    [Fact]
    public void StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining()
    {
        var first = _bench.Base("lstm", rounds: 1);
        var options = new JsonObject { ["freeze_encoder"] = true, ["n_epochs"] = 3, ["learning_rate"] = 0.01, ["eval_every"] = 5, ["early_stopping_patience"] = 0 };
        var (whole, pieces) = (_bench.Onward(first, options, "whole"), _bench.Onward(first, options, "pieces"));
        _bench.Run(whole);
        using var stop = new CancellationTokenSource();
        var stopped = _bench.Run(
            pieces,
            progress =>
            {
                if (progress is StepTaken { Step: >= 7 })
                {
                    stop.Cancel();
                }
            },
            stop);
        Assert.IsType<TrainingCancelled>(stopped);

        Assert.IsType<TrainingFinished>(_bench.Run(pieces));

        Assert.NotEqual(0, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
        Assert.Equal(TrainingBench.WeightsHash(whole), TrainingBench.WeightsHash(pieces));
    }

    [Fact]
    public void RandomFeatures_AreAllowed()
    {
        var options = TrainingBench.TinyMlp;
        (options["freeze_encoder"], options["n_epochs"]) = (true, 2);

        Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(_bench.WriteTopics(60), options)));
    }

    [Fact]
    public void PlainBase_IsGivenALoop_ThatStartsAsThePlainModel()
    {
        var first = _bench.Base("gru", rounds: 0);
        var second = _bench.Onward(first, new JsonObject { ["freeze_encoder"] = true, ["rounds"] = 2, ["fusion"] = "add", ["n_epochs"] = 1, ["learning_rate"] = 1e-7 }, "second", sameLabels: true);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(second));

        var config = ArtifactReader.Open(second.OutputDirectory).ReadConfig();
        Assert.Equal((2, Model.Configuration.FusionKind.Add), (config.Feedback!.Rounds, config.Feedback.Fusion));
        var rounds = finished.Report!["rounds"]!.AsArray().Select(round => round!["accuracy"]!.GetValue<double>()).ToList();
        Assert.Equal(3, rounds.Count);
        Assert.InRange(rounds[0], 0.9, 1);
        Assert.All(rounds, accuracy => Assert.Equal(rounds[0], accuracy));
    }

    [Fact]
    public void PlainBase_StaysPlainUnlessAsked()
    {
        var first = _bench.Base("gru", rounds: 0);
        var second = _bench.Onward(first, new JsonObject { ["n_epochs"] = 1 }, "second");

        _bench.Run(second);

        Assert.Null(ArtifactReader.Open(second.OutputDirectory).ReadConfig().Feedback);
    }

    [Fact]
    public void BaseOfAnyFamily_IsGivenAHeadWithALayer()
    {
        var first = _bench.Base("transformer-small", rounds: 1);
        var second = _bench.Onward(first, new JsonObject { ["freeze_encoder"] = true, ["head_hidden_size"] = 12, ["head_activation"] = "mish", ["n_epochs"] = 10, ["learning_rate"] = 0.01 }, "second", sameLabels: true);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(second));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        Assert.Contains("head.hidden.projection.weight", TrainingBench.Tensors(second).Keys);
        var third = _bench.Onward(second, new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-7 }, "third", sameLabels: true);
        var again = Assert.IsType<TrainingFinished>(_bench.Run(third));
        Assert.InRange(again.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        Assert.Equal(12, ArtifactReader.Open(third.OutputDirectory).ReadConfig().HeadHiddenSize);
    }
}
