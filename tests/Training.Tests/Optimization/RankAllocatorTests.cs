using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using FeedbackService.Training.Optimization;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Optimization;

public sealed class RankAllocatorTests : IDisposable
{
    private readonly TextClassifier _classifier = ClassifierFactory.Create(
        TinyModels.Plain(TinyModels.Transformer with { Layers = 1 }) with { Adapter = new AdaLoraConfig { Rank = 3 } });

    public RankAllocatorTests() => TinyModels.Draw(_classifier, 6);

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Importance_AndUncertainty_AreThoseOfTheFormula()
    {
        using var sut = CreateSut(target: 3, steps: 100);
        var lambda = Maps[0].Lambda;
        Give(lambda, [2, -1, 0.5f], [1, 3, -4]);
        sut.Update(1);
        Give(lambda, [1, 1, 1], [1, 0, -2]);
        sut.Update(2);

        // |w·g| is 2, 3, 2, then 1, 0, 2.
        double[] first = [0.15 * 2, 0.15 * 3, 0.15 * 2];
        double[] importance = [(0.85 * first[0]) + (0.15 * 1), 0.85 * first[1], (0.85 * first[2]) + (0.15 * 2)];
        double[] uncertainty = [.. Enumerable.Range(0, 3).Select(i => (0.85 * 0.15 * (new[] { 2.0, 3, 2 }[i] - first[i])) + (0.15 * Math.Abs(new[] { 1.0, 0, 2 }[i] - importance[i])))];
        AssertClose(importance, sut.State[Maps[0].Name + ".lambda.importance"]);
        AssertClose(uncertainty, sut.State[Maps[0].Name + ".lambda.uncertainty"]);
    }

    [Fact]
    public void Score_AddsTheMeansOfItsColumnAndItsRow()
    {
        using var sut = CreateSut(target: 1, steps: 1, maps: 1);
        // Both maps have λ alike; only the second row of the second map's Q is ever moved, by one of its sixteen weights.
        foreach (var map in Maps)
        {
            Give(map.Lambda, [1, 1, 1], [0, 0, 0]);
            map.P.grad = zeros_like(map.P);
            map.Q.grad = zeros_like(map.Q);
        }

        using (no_grad())
        {
            Maps[1].Q.fill_(1);
            Maps[1].Q.grad![1, 5] = 1;
        }

        sut.Update(1);

        Assert.Equal([0, 0, 0], Maps[0].Lambda.data<float>().ToArray());
        Assert.Equal([0, 1, 0], Maps[1].Lambda.data<float>().ToArray());
    }

    [Fact]
    public void RanksAreTakenOverAllMaps_DownToTheTarget_AndStayTaken()
    {
        using var sut = CreateSut(target: 1, steps: 10, finalWarmup: 0.4);
        var counts = new List<int>();
        for (var step = 1; step <= 10; step++)
        {
            for (var map = 0; map < Maps.Count; map++)
            {
                // The optimizer moves what has been taken too.
                Give(Maps[map].Lambda, [1, 2, 3], [map + 1, map + 1, map + 1]);
            }

            sut.Update(step);
            counts.Add(Maps.Sum(map => (int)map.Lambda.count_nonzero().item<long>()));
            Assert.Equal(sut.Budget.At(step), counts[^1]);
        }

        Assert.Equal(6, sut.Budget.Start);
        Assert.Equal([2, 2, 2, 2, 2], counts.Skip(5));
        // λ·g: 1·1, 2·1, 3·1 against 1·2, 2·2, 3·2: two of the best score of the second map.
        Assert.Equal([0, 2, 3], Maps[1].Lambda.data<float>().ToArray());
        Assert.All(sut.State.Keys, name => Assert.EndsWith(".kept", name, StringComparison.Ordinal));
    }

    [Fact]
    public void OfEqualScores_ExactlyTheBudgetIsKept()
    {
        using var sut = CreateSut(target: 1, steps: 1);
        foreach (var map in Maps)
        {
            Give(map.Lambda, [1, 1, 1], [1, 1, 1]);
        }

        sut.Update(1);

        Assert.Equal([1, 1, 0, 0, 0, 0], Maps.SelectMany(map => map.Lambda.data<float>().ToArray()));
    }

    [Fact]
    public void State_ComesBackTheSame_AndUnknownNamesAreRefused()
    {
        using var sut = CreateSut(target: 1, steps: 10);
        Give(Maps[0].Lambda, [1, 2, 3], [1, 2, 3]);
        sut.Update(1);
        using var other = CreateSut(target: 1, steps: 10);

        other.Load(sut.State);

        Assert.Equal(sut.State.Keys, other.State.Keys);
        Assert.All(sut.State, entry => Assert.Equal(entry.Value.data<float>().ToArray(), other.State[entry.Key].data<float>().ToArray()));
        Assert.Throws<InvalidDataException>(() => other.Load(new Dictionary<string, Tensor> { ["encoder.layers.7.lambda.kept"] = zeros(1) }));
    }

    private IReadOnlyList<SingularTriplets> Maps => SingularTriplets.Of(_classifier);

    private static void Give(Tensor parameter, float[] values, float[] gradient)
    {
        using var mode = no_grad();
        parameter.copy_(tensor(values));
        parameter.grad = tensor(gradient);
    }

    private static void AssertClose(double[] expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));

    /// <param name="target">Ranks of each map in the end.</param>
    /// <param name="maps">Maps that the target is counted for; null for all.</param>
    private RankAllocator CreateSut(int target, long steps, double finalWarmup = 0, int? maps = null) =>
        new(_classifier, new RankBudget(RankAllocator.RanksOf(_classifier), target * (maps ?? RankAllocator.MapsOf(_classifier)), steps, 0, finalWarmup, 1));
}
