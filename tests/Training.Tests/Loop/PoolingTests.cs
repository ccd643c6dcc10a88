using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Pooling with weights of its own, from the options to an artifact and on from there.</summary>
public sealed class PoolingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp", "attention")]
    [InlineData("mlp", "attention_max")]
    [InlineData("gru", "attention_max")]
    public void AttentionPooling_Learns_AndIsPassedOn(string preset, string pooling)
    {
        var file = _bench.WriteTopics(120);
        var options = preset == "mlp" ? TrainingBench.TinyMlp : TrainingBench.TinyRecurrent;
        options["pooling"] = pooling;
        options["pooling_size"] = 5;
        options["n_epochs"] = 20;
        var first = _bench.Plan(file, options, preset, "first");

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(first));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        var config = ArtifactReader.Open(first.OutputDirectory).ReadConfig();
        Assert.Equal((pooling == "attention" ? PoolingKind.Attention : PoolingKind.AttentionMax, 5), (config.Pooling, config.PoolingSize));
        var second = _bench.Plan(file, new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-6 }, run: "second") with { Preset = null, BaseArtifact = first.OutputDirectory };
        var again = Assert.IsType<TrainingFinished>(_bench.Run(second));
        Assert.InRange(again.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        var other = _bench.Plan(file, new JsonObject { ["pooling_size"] = 6 }, run: "third") with { Preset = null, BaseArtifact = first.OutputDirectory };
        Assert.Contains("fixed at 5", Assert.Throws<InvalidOptionsException>(() => _bench.Run(other)).Errors["pooling_size"], StringComparison.Ordinal);
    }

    [Fact]
    public void PoolingSize_IsHalfTheHiddenSizeUnlessGiven()
    {
        var options = TrainingBench.TinyMlp;
        options["pooling"] = "attention";
        options["n_epochs"] = 1;
        var plan = _bench.Plan(_bench.WriteTopics(60), options);

        _bench.Run(plan);

        Assert.Equal(8, _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["pooling_size"]!.GetValue<int>());
        Assert.Equal(8, ArtifactReader.Open(plan.OutputDirectory).ReadConfig().PoolingSize);
    }
}
