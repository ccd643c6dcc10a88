using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

/// <summary>What is chosen, by made-up times.</summary>
public sealed class ThreadMeasurementTests
{
    private readonly List<(int Tokens, int Threads)> _passes = [];

    [Fact]
    public void EverySize_GetsItsFastestThreads()
    {
        // A token takes a microsecond on one thread; every further thread costs 50 to start.
        var plan = Plan(8, (tokens, threads) => ((double)tokens / threads) + (50 * (threads - 1)));

        Assert.Equal("up to 64 tokens on 1 thread, up to 256 on 2, more on 4", plan.ToString());
    }

    [Fact]
    public void ModelThatGainsByEveryThread_ComputesOnAll() => Assert.Equal("on 6 threads", Plan(6, (tokens, threads) => (double)tokens / threads).ToString());

    [Theory]
    [InlineData(96, "on 2 threads")]
    [InlineData(94, "on 1 thread")]
    public void FewerThreads_MustBeFasterByMoreThanNoise(double alone, string expected) =>
        Assert.Equal(expected, Plan(2, (_, threads) => threads == 1 ? alone : 100).ToString());

    [Fact]
    public void OneThread_IsNotMeasured()
    {
        Assert.Equal("on 1 thread", Plan(1, (_, _) => 1).ToString());
        Assert.Empty(_passes);
    }

    [Theory]
    [InlineData(2, new[] { 2, 1 })]
    [InlineData(6, new[] { 6, 4, 2, 1 })]
    [InlineData(8, new[] { 8, 4, 2, 1 })]
    public void AllThreadsAndPowersOfTwoBelow_AreTried(int threads, int[] tried)
    {
        Plan(threads, (_, _) => 1);

        Assert.Equal(tried, _passes.Skip(1).Select(pass => pass.Threads).Distinct());
        Assert.Equal([16, 64, 256, 1024], _passes.Select(pass => pass.Tokens).Distinct());
    }

    [Fact]
    public void BelowThreadsThatAreMuchSlower_NoneAreTried()
    {
        Plan(16, (_, threads) => 1600.0 / threads);

        Assert.Equal([16, 8], _passes.Select(pass => pass.Threads).Distinct());
    }

    [Fact]
    public void OneSlowPass_DecidesNothing()
    {
        var passes = 0;

        // The first of all threads and the first of one thread are disturbed; one thread is the faster one.
        var plan = Plan(2, (_, threads) => ++passes is 2 or 3 ? 10_000 : threads);

        Assert.Equal("on 1 thread", plan.ToString());
    }

    [Fact]
    public void SlowModel_IsNotMeasuredBeyondTheTime_AndComputesTheRestOnAllThreads()
    {
        // A millisecond a token, and a fifth more on two threads: 256 tokens fit in once, and that decides nothing.
        var plan = Plan(2, (tokens, threads) => 1000 * tokens * (threads == 1 ? 1 : 1.2));

        Assert.Equal("up to 64 tokens on 1 thread, more on 2", plan.ToString());
        Assert.Equal((256, 2), Assert.Single(_passes, pass => pass.Tokens >= 256));
        Assert.InRange(_passes.Skip(1).Sum(pass => pass.Tokens * (pass.Threads == 1 ? 1 : 1.2)), 0, ThreadMeasurement.Enough.TotalMilliseconds);
    }

    [Fact]
    public void ModelSlowerThanAllTheTime_IsComputedOnAllThreads_AfterOnePassBeyondTheFirst()
    {
        Assert.Equal("on 4 threads", Plan(4, (_, _) => 5_000_000).ToString());
        Assert.Equal([(16, 4), (16, 4)], _passes);
    }

    [Fact]
    public void SlowFirstPass_CountsForNothing()
    {
        var plan = Plan(2, (_, threads) => _passes.Count == 1 ? 60_000_000 : threads);

        Assert.Equal("on 1 thread", plan.ToString());
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    [InlineData("lstm")]
    public void Measuring_LeavesNeitherPlanNorThreadsNorTensorsBehind(string encoder)
    {
        using var backend = new TorchBackend(ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder)) with { MaxTokens = 7 }), CPU) { Threads = ThreadPlan.Always(1) };
        var before = backend.Threads;
        using var two = new ThreadScope(2);

        var growth = TensorGuard.Growth(5, () => Assert.InRange(ThreadMeasurement.Measure(backend).Threads(16), 1, 2));

        Assert.Equal(0, growth);
        Assert.Equal(2, get_num_threads());
        Assert.Same(before, backend.Threads);
    }

    // Times in microseconds.
    private ThreadPlan Plan(int threads, Func<int, int, double> microseconds) => ThreadMeasurement.Plan(threads, (tokens, count) =>
    {
        _passes.Add((tokens, count));
        return microseconds(tokens, count) * 1e-6;
    });
}
