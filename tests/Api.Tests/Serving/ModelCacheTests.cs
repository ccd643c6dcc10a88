using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ModelCacheTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Files => ["manifest.json", "config.json", "model.safetensors", "tokenizer_config.json", "calibration.json"];

    [Fact]
    public async Task ModelAskedForAtTheSameTime_IsLoadedOnce()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        using var barrier = new Barrier(16);
        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait(Cancel);
                return bench.Cache.RentAsync(model, Cancel);
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
        Assert.Single(leases.Select(lease => lease.Predictor).Distinct());
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task LeastRecentlyUsed_IsLetGoBeyondTheLimit()
    {
        await using var bench = new ServingBench();
        ServableModel[] models = [bench.Model("plain"), bench.Model("plain"), bench.Model("plain")];
        bench.Options.LoadedBytes = new DirectoryInfo(models[0].Directory).EnumerateFiles().Sum(file => file.Length) * 5 / 2;
        var first = await UseAsync(bench, models[0]);
        var second = await UseAsync(bench, models[1]);
        Assert.Same(first, await UseAsync(bench, models[0]));

        await UseAsync(bench, models[2]);

        Assert.True(IsLetGo(second));
        Assert.False(IsLetGo(first));
        Assert.NotSame(second, await UseAsync(bench, models[1]));
    }

    [Fact]
    public async Task Models_ComputeInThePrecisionOfTheProcess()
    {
        var logits = new List<float[]>();
        foreach (var precision in Enum.GetValues<ComputePrecision>())
        {
            await using var bench = new ServingBench(new ServingOptions { Precision = precision });
            using var lease = await bench.Cache.RentAsync(bench.Model("feedback"), Cancel);
            var text = lease.Predictor.Tokenize(new TextInput("red sky and green apples"));
            logits.Add(lease.Predictor.Predict([text], PredictionOptions.Default)[0].Logits);
        }

        // Not the same numbers, but the same answer.
        Assert.NotEqual(logits[0], logits[1]);
        Assert.All(logits[0].Zip(logits[1]), pair => Assert.Equal(pair.First, pair.Second, 0.05f * logits[0].Max(Math.Abs)));
    }

    [Fact]
    public async Task SeriesOfAVersion_ComeAndGoWithIt()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        await UseAsync(bench, bench.Model("one", TinyModels.Plain()));
        Assert.Contains("feedbackservice_model_requests_total{model=\"one\",version=\"1\",outcome=\"answered\"} 0", await ScrapeAsync(bench), StringComparison.Ordinal);

        await UseAsync(bench, bench.Model("other", TinyModels.Plain()));

        var scrape = await ScrapeAsync(bench);
        Assert.DoesNotContain("model=\"one\"", scrape, StringComparison.Ordinal);
        Assert.Contains("feedbackservice_model_loaded_bytes{model=\"other\",version=\"1\"}", scrape, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInUse_IsLetGoOnlyWhenItsLastLeaseIsReturned()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        var (model, other) = (bench.Model("plain"), bench.Model("plain"));
        var lease = await bench.Cache.RentAsync(model, Cancel);
        var another = await bench.Cache.RentAsync(model, Cancel);
        Assert.Same(lease.Predictor, another.Predictor);
        await UseAsync(bench, other);
        lease.Dispose();
        lease.Dispose();
        Assert.False(IsLetGo(another.Predictor));
        another.Dispose();
        Assert.True(IsLetGo(another.Predictor));
    }

    [Fact]
    public async Task ModelLargerThanTheLimit_StaysUntilAnotherIsUsed()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        var model = bench.Model("plain");
        Assert.Same(await UseAsync(bench, model), await UseAsync(bench, model));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task DamagedModel_IsRefused_OthersAreServed_AndItIsBackWhenRepaired(string file)
    {
        await using var bench = new ServingBench();
        var (damaged, sound) = (bench.Model("plain", new Calibration([1.5])), bench.Model("feedback"));
        var path = Path.Combine(damaged.Directory, file);
        var good = await File.ReadAllBytesAsync(path, Cancel);
        var bad = good.ToArray();
        bad[^2] ^= 1;
        await File.WriteAllBytesAsync(path, bad, Cancel);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Assert.ThrowsAsync<ServiceException>(() => bench.Cache.RentAsync(damaged, Cancel))));

        Assert.All(refusals, refusal => Assert.Equal((500, "artifact_damaged"), (refusal.Status, refusal.Code)));
        Assert.All(refusals, refusal => Assert.DoesNotContain(damaged.Directory, refusal.Message, StringComparison.Ordinal));
        await UseAsync(bench, sound);
        await File.WriteAllBytesAsync(path, good, Cancel);
        await UseAsync(bench, damaged);
    }

    [Fact]
    public async Task DamagedModel_IsNotReadAnewForEverybodyWhoAsks()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        await File.AppendAllTextAsync(Path.Combine(model.Directory, "config.json"), "x", Cancel);
        for (var ask = 0; ask < 3; ask++)
        {
            await Assert.ThrowsAsync<ServiceException>(() => bench.Cache.RentAsync(model, Cancel));
        }

        Assert.Contains(Failed(1), await ScrapeAsync(bench), StringComparison.Ordinal);
        bench.Clock.Advance(DamagedFolders.Remembered);
        await Assert.ThrowsAsync<ServiceException>(() => bench.Cache.RentAsync(model, Cancel));
        Assert.Contains(Failed(2), await ScrapeAsync(bench), StringComparison.Ordinal);

        static string Failed(int loads) => $"feedbackservice_model_loads_total{{outcome=\"failed\"}} {loads}";
    }

    [Fact]
    public async Task SeriesOfAVersionComputedByTwoProviders_GoWithTheLast()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1, Provider = ServingProvider.Torch });
        var model = bench.Model("one", TinyModels.Plain());
        using (await bench.Cache.RentAsync(model, Cancel))
        {
            await UseAsync(bench, model with { Provider = ServingProvider.Onnx });
            Assert.Contains(Computed("onnx"), await ScrapeAsync(bench), StringComparison.Ordinal);
            await UseAsync(bench, bench.Model("other", TinyModels.Plain()));
            var scrape = await ScrapeAsync(bench);
            Assert.DoesNotContain(Computed("onnx"), scrape, StringComparison.Ordinal);
            Assert.Contains(Computed("torch"), scrape, StringComparison.Ordinal);
            Assert.Contains("feedbackservice_model_requests_total{model=\"one\"", scrape, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("model=\"one\"", await ScrapeAsync(bench), StringComparison.Ordinal);

        static string Computed(string provider) => $"feedbackservice_model_provider{{model=\"one\",version=\"1\",provider=\"{provider}\"}} 1";
    }

    [Fact]
    public async Task VersionsWithOneArtifact_HaveSeriesEach()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        var model = bench.Model("one", TinyModels.Plain());
        await UseAsync(bench, model);
        await UseAsync(bench, model with { Address = "two:7" });

        Assert.Contains("feedbackservice_model_loaded_bytes{model=\"two\",version=\"7\"}", await ScrapeAsync(bench), StringComparison.Ordinal);
        await UseAsync(bench, bench.Model("other", TinyModels.Plain()));
        Assert.DoesNotContain("model=\"two\"", await ScrapeAsync(bench), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelsThatCannotBeLetGo_AreNotCountedAsEvicted()
    {
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        using var held = await bench.Cache.RentAsync(bench.Model("plain"), Cancel);
        await UseAsync(bench, bench.Model("plain"));
        Assert.Contains("feedbackservice_model_evictions_total 0", await ScrapeAsync(bench), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelWhoseFolderIsGone_IsRefused()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        Directory.Delete(model.Directory, recursive: true);
        var refusal = await Assert.ThrowsAsync<ServiceException>(() => bench.Cache.RentAsync(model, Cancel));
        Assert.Equal("artifact_damaged", refusal.Code);
    }

    [Fact]
    public async Task CallerThatGoesWhileLoading_LeavesTheModelToOthers()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Cache.RentAsync(model, new CancellationToken(canceled: true)));
        await UseAsync(bench, model);
    }

    [Fact]
    public async Task Dispose_WaitsForLeases()
    {
        await using var bench = new ServingBench();
        var (used, idle) = (bench.Model("plain"), bench.Model("plain"));
        var lease = await bench.Cache.RentAsync(used, Cancel);
        var other = await UseAsync(bench, idle);
        bench.Cache.Dispose();
        Assert.True(IsLetGo(other));
        Assert.False(IsLetGo(lease.Predictor));
        lease.Dispose();
        Assert.True(IsLetGo(lease.Predictor));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.Cache.RentAsync(used, Cancel));
    }

    /// <summary>Rents, classifies, returns.</summary>
    private static async Task<Predictor> UseAsync(ServingBench bench, ServableModel model)
    {
        using var lease = await bench.Cache.RentAsync(model, Cancel);
        Classify(lease.Predictor);
        return lease.Predictor;
    }

    private static bool IsLetGo(Predictor predictor) => Record.Exception(() => Classify(predictor)) is ObjectDisposedException;

    private static void Classify(Predictor predictor) => Assert.Single(predictor.Predict([predictor.Tokenize(new TextInput("red apples"))], PredictionOptions.Default));

    private static async Task<string> ScrapeAsync(ServingBench bench)
    {
        using var text = new MemoryStream();
        await bench.Registry.CollectAndExportAsTextAsync(text, Cancel);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
