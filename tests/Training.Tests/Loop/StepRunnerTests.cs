using FeedbackService.Model.Classification;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

public sealed class StepRunnerTests : IDisposable
{
    private const ulong Seed = 5;
    private const string Loop = "feedback_loop.";

    private readonly TextClassifier _model;
    private readonly ClassificationObjective _classification;
    private readonly RoundObjective _objective;
    private ParameterOptimizer? _optimizer;

    public StepRunnerTests()
    {
        manual_seed(8);
        _model = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5));
        _classification = new ClassificationObjective(_model.Config.Head, 0, null, CPU);
        _objective = new RoundObjective(_classification, null, CPU);
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _objective.Dispose();
        _classification.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Adamw)]
    public void StepWithoutRounds_LeavesTheLoopAndItsStateAlone(OptimizerKind optimizer)
    {
        var sut = CreateSut(new FeedbackOptions { SampleRounds = true }, optimizer);
        var before = Copy();

        var result = sut.Take(StepWith(rounds: 0), Batch());

        Assert.Single(result.RoundLosses);
        Assert.Equal(result.RoundLosses[0], result.Loss, 1e-6);
        var after = Copy();
        Assert.All(before.Keys.Where(name => name.StartsWith(Loop, StringComparison.Ordinal)), name => Assert.Equal(before[name], after[name]));
        Assert.NotEqual(before["head.projection.weight"], after["head.projection.weight"]);
        Assert.DoesNotContain(_optimizer!.State.Keys, name => name.StartsWith(Loop, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SupervisionKind.DepthWeighted, 1.0 / 3, 2.0 / 3)]
    [InlineData(SupervisionKind.Uniform, 0.5, 0.5)]
    [InlineData(SupervisionKind.Last, 0, 1)]
    public void RoundsDrawn_AreWeightedAsIfThereWereNoMore(SupervisionKind supervision, double plain, double last)
    {
        var sut = CreateSut(new FeedbackOptions { SampleRounds = true, Supervision = supervision });

        var result = sut.Take(StepWith(rounds: 1), Batch());

        Assert.Equal(2, result.RoundLosses.Length);
        Assert.Equal((plain * result.RoundLosses[0]) + (last * result.RoundLosses[1]), result.Loss, 1e-5);
    }

    [Fact]
    public void Consistency_AddsItsWeightedPenalty()
    {
        StepResult FirstStep(double consistency) => CreateSut(new FeedbackOptions { Consistency = consistency }, learningRate: 1e-30).Take(1, Batch());
        var (without, once, thrice) = (FirstStep(0), FirstStep(1), FirstStep(3));

        Assert.Equal(without.RoundLosses, once.RoundLosses);
        Assert.True(once.Loss > without.Loss);
        Assert.Equal(3 * (once.Loss - without.Loss), thrice.Loss - without.Loss, 1e-5);
    }

    [Fact]
    public void Draws_DependOnSeedAndStepAlone_AndAreEven()
    {
        var draws = Enumerable.Range(1, 3000).Select(step => TrainingSeeds.DrawRounds(Seed, step, 2)).ToList();

        Assert.Equal(draws, Enumerable.Range(1, 3000).Select(step => TrainingSeeds.DrawRounds(Seed, step, 2)));
        Assert.NotEqual(draws, Enumerable.Range(1, 3000).Select(step => TrainingSeeds.DrawRounds(Seed + 1, step, 2)));
        // Four standard deviations of a binomial of 3,000 draws.
        Assert.All(draws.CountBy(rounds => rounds), count => Assert.InRange(count.Value, 1000 - 104, 1000 + 104));
        Assert.All(Enumerable.Range(1, 20), step => Assert.Equal(0, TrainingSeeds.DrawRounds(Seed, step, 0)));
    }

    private static EncodedExample[] Batch() => [.. TinyModels.Texts(5, 3, 8, 2).Select((text, index) => new EncodedExample(text, [index % 3]))];

    private static long StepWith(int rounds) => Enumerable.Range(1, 100).First(step => TrainingSeeds.DrawRounds(Seed, step, 2) == rounds);

    private Dictionary<string, float[]> Copy() => _model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().data<float>().ToArray());

    private StepRunner CreateSut(FeedbackOptions feedback, OptimizerKind optimizer = OptimizerKind.Adamw, double learningRate = 0.01)
    {
        var options = new TrainingOptions { Feedback = feedback, Optimizer = new OptimizerOptions { Kind = optimizer, TableLearningRate = learningRate } };
        _optimizer?.Dispose();
        _optimizer = ParameterGroups.CreateOptimizer(_model, options.Optimizer, learningRate);
        return new StepRunner(
            new RoundLoss(_model, _objective, options, CPU, Seed).Of, _optimizer, new LearningRateSchedule(SchedulerKind.Constant, learningRate, 100, 0), options.Optimizer.MaxGradNorm, Seed);
    }
}
