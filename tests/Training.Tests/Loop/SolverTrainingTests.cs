using FeedbackService.Training.Progress;
using TorchSharp;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Trainings of the encoder whose states are a fixed point.</summary>
public sealed class SolverTrainingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void StatesThatHaveNotSettled_AreWarnedOfOnce()
    {
        var options = TrainingBench.TinyRecurrent;
        options["max_sweeps"] = 1;

        _bench.Run(_bench.Plan(_bench.WriteTopics(60), options, "bifnn"));

        Assert.All(_bench.Evaluations.SelectMany(evaluation => evaluation.Rounds), round => Assert.Equal((true, 1.0), (round.Residual > 1e-4, round.Sweeps)));
        Assert.Single(_bench.Progress.OfType<ProgressMessage>(), message => message.Level == "warn" && message.Message.Contains("Raise max_sweeps", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("implicit", "alternating")]
    [InlineData("unrolled", "alternating")]
    [InlineData("phantom", "jacobi")]
    public void EveryWayToSolve_Learns_AndLeavesNoTensorsBehind(string gradient, string order)
    {
        var options = TrainingBench.TinyRecurrent;
        options["solution_gradient"] = gradient;
        options["sweep_order"] = order;
        options["n_epochs"] = 12;
        options["early_stopping_patience"] = 0;
        var counts = new List<long>();

        _bench.Run(_bench.Plan(_bench.WriteTopics(60), options, "bifnn"), progress =>
        {
            if (progress is StepTaken)
            {
                counts.Add(torch.Tensor.TotalCount);
            }
        });

        Assert.True(_bench.Steps.Last().Loss < _bench.Steps.First().Loss / 2);

        // The best weights are made at the first evaluation and replaced after it.
        Assert.InRange(counts[^1], 0, counts[20]);
    }
}
