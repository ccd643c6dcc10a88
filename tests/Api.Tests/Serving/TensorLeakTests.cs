using FeedbackService.Api.Serving;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Runs by itself: live tensors and memory are counted for the whole process.</summary>
[CollectionDefinition(nameof(TensorLeakTests), DisableParallelization = true)]
[Collection(nameof(TensorLeakTests))]
public sealed class TensorLeakTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("feedback")]
    [InlineData("attending")]
    public async Task Serving_LeavesNoTensorBehind(string kind)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var bench = ServingBench.Started();
        var model = bench.Model(kind);
        var texts = Enumerable.Range(0, 20).Select(i => new TextInput(string.Join(' ', Enumerable.Repeat("red sky", 1 + (i % 7))))).ToArray();
        var options = new PredictionOptions { WithTrace = true, ExitThreshold = 0.4 };
        Task<ClassifiedTexts> OnceAsync() => bench.Engine.ClassifyAsync(model, texts, options, truncate: true, WorkPriority.Interactive, cancel);
        await OnceAsync();
        var before = torch.Tensor.TotalCount;
        for (var i = 0; i < 100; i++)
        {
            await OnceAsync();
        }

        Assert.InRange(torch.Tensor.TotalCount, 0, before);
    }

    [Fact]
    public async Task FiftyExchanges_LeaveNoTensorBehind()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await SwapAsync(bench, 2);
        var before = torch.Tensor.TotalCount;
        await SwapAsync(bench, 50);
        Assert.InRange(torch.Tensor.TotalCount, 0, before);
    }

    [Fact]
    public async Task ExchangesBeyondTheLimit_LetTheOldModelGo_WithItsMemory()
    {
        const int table = 40_000 * 256 * sizeof(float);
        const int swaps = 12;
        await using var bench = await RouteBench.CreateAsync(new ServingOptions { LoadedBytes = 1 });
        var config = TinyModels.Plain(TinyModels.Mlp with { HiddenSize = 256, Buckets = 40_000 });
        await bench.PublishAsync("news", config);
        await bench.PublishAsync("news", config);
        await SwapAsync(bench, 2);
        var before = NativeMemory.InUse();
        await SwapAsync(bench, swaps);
        Assert.False(bench.Serving.Cache.Holds(await bench.FindAsync("news:1")));
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news:2")));
        // As below.
        Assert.InRange(NativeMemory.InUse() - before, long.MinValue, (long)table * swaps / 4);
    }

    [Fact]
    public void NativeMemory_SeesATable_AndThatItIsFreed()
    {
        const long table = 40_000L * 256 * sizeof(float);
        var before = NativeMemory.InUse();
        var values = torch.zeros(40_000, 256);
        Assert.InRange(NativeMemory.InUse() - before, table * 9 / 10, long.MaxValue);
        values.Dispose();
        Assert.InRange(NativeMemory.InUse() - before, long.MinValue, table / 10);
    }

    [Fact]
    public async Task LettingModelsGo_FreesTheirMemory()
    {
        const int table = 40_000 * 256 * sizeof(float);
        const int loads = 12;
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        var config = TinyModels.Plain(TinyModels.Mlp with { HiddenSize = 256, Buckets = 40_000 });
        ServableModel[] models = [bench.Model("large", config), bench.Model("larger", config)];
        await LoadAsync(bench, models[0]);
        await LoadAsync(bench, models[1]);
        var before = NativeMemory.InUse();
        for (var i = 0; i < loads; i++)
        {
            await LoadAsync(bench, models[i % 2]);
        }

        // Kept until the collector comes by, every load would leave a table; a quarter of that allows for whatever else the process does.
        Assert.InRange(NativeMemory.InUse() - before, long.MinValue, (long)table * loads / 4);
    }

    private static async Task SwapAsync(RouteBench bench, int times)
    {
        for (var i = 1; i <= times; i++)
        {
            await bench.MoveAsync("news", 2 - (i % 2));
            var model = await bench.FindAsync("news");
            Assert.Equal($"news:{2 - (i % 2)}", model.Address);
            await bench.Serving.Engine.ClassifyAsync(
                model, [new TextInput("red sky")], PredictionOptions.Default, truncate: true, WorkPriority.Interactive, TestContext.Current.CancellationToken);
        }
    }

    private static async Task LoadAsync(ServingBench bench, ServableModel model) =>
        (await bench.Cache.RentAsync(model, TestContext.Current.CancellationToken)).Dispose();
}
