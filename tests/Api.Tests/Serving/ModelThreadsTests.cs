using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>On how many threads models are computed that have been loaded to serve.</summary>
public sealed class ModelThreadsTests : IDisposable
{
    private const string Plan = "up to 64 tokens on 1 thread, more on 2";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedback-threads-");
    private readonly LogLines<ModelLoader> _log = new();
    private readonly List<IReadOnlyList<string>> _loggedBefore = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ModelOfTorch_IsMeasuredAndItsPlanTold()
    {
        using var predictor = Loader(ServingProvider.Torch).Load(Model()).Predictor;

        Assert.Single(_loggedBefore);
        Assert.Equal([$"news:1 computes {Plan}"], _log.Of(LogLevel.Information));
    }

    [Theory]
    [InlineData(0.9, ServingProvider.Torch)]
    [InlineData(1.1, ServingProvider.Onnx)]
    public void CloseRace_IsRunAgainWithThePlan_WhichIsToldOnlyIfTorchWins(double second, ServingProvider winner)
    {
        var ratios = new Queue<double>([1.2, second]);
        var loaded = Loader(ServingProvider.Auto, (_, _) => ratios.Dequeue()).Load(Model());
        using var predictor = loaded.Predictor;

        Assert.Empty(ratios);
        Assert.Empty(Assert.Single(_loggedBefore));
        Assert.Equal(winner, loaded.Provider);
        Assert.Contains("takes TorchSharp", _log.Of(LogLevel.Information)[0], StringComparison.Ordinal);
        Assert.Equal(winner == ServingProvider.Torch ? [$"news:1 computes {Plan}"] : [], _log.Of(LogLevel.Information).Skip(1));
    }

    [Fact]
    public void RaceThatIsClearlyLost_IsNotRunAgain_AndNothingIsMeasured()
    {
        var ratios = new Queue<double>([1.3]);
        var loaded = Loader(ServingProvider.Auto, (_, _) => ratios.Dequeue()).Load(Model());
        using var predictor = loaded.Predictor;

        Assert.Equal(ServingProvider.Onnx, loaded.Provider);
        Assert.Empty(_loggedBefore);
    }

    [Fact]
    public void RaceThatCannotBeRun_LeavesNoGraphs()
    {
        IClassifierBackend? onnx = null;
        var loader = Loader(ServingProvider.Auto, (first, _) =>
        {
            onnx = first;
            throw new InvalidOperationException("no race today");
        });

        Assert.Throws<InvalidOperationException>(() => loader.Load(Model()));
        Assert.Throws<ObjectDisposedException>(() => onnx!.Start());
    }

    [Fact]
    public void ModelOfOnnxRuntime_IsNotMeasured()
    {
        using var predictor = Loader(ServingProvider.Onnx).Load(Model()).Predictor;

        Assert.Empty(_loggedBefore);
        Assert.Empty(_log.Of(LogLevel.Information));
    }

    [Fact]
    public void WhoeverDoesNotAsk_DoesNotMeasure()
    {
        using var predictor = new ModelLoader(Settings(ServingProvider.Torch), CPU, Bases, _log).Load(Model()).Predictor;

        Assert.Empty(_log.Of(LogLevel.Information));
    }

    [Fact]
    public void AnotherDeviceThanTheCpu_IsNotMeasured()
    {
        var meta = device(DeviceType.META);
        using var predictor = new ModelLoader(Settings(ServingProvider.Torch), meta, Bases, _log, Measure).Load(Model()).Predictor;

        Assert.Empty(_loggedBefore);
    }

    [Fact]
    public void Adapters_TakeThePlanOfTheFirstOnTheirBase()
    {
        var shape = TinyModels.Plain(TinyModels.Transformer);
        var adapted = shape with { Adapter = new LoraConfig { Rank = 2 } };
        var at = Path.Combine(_folder.FullName, "base");
        var ofBase = new ServableBase(at, TinyArtifacts.Write(at, shape, seed: 1));
        var loader = Loader(ServingProvider.Torch);

        LoadedModel[] loaded = [.. Enumerable.Range(1, 2).Select(version => loader.Load(Adapter(version, adapted, ofBase)))];

        Assert.Single(_loggedBefore);
        Assert.Equal([$"adapted:1 computes {Plan}", $"adapted:2 computes {Plan}"], _log.Of(LogLevel.Information));
        foreach (var (predictor, _, giveBack) in loaded)
        {
            predictor.Dispose();
            giveBack!();
        }
    }

    [Fact]
    public void MeasuredModel_Answers()
    {
        using var predictor = new ModelLoader(Settings(ServingProvider.Torch), CPU, Bases, _log, ThreadMeasurement.Measure).Load(Model()).Predictor;

        Assert.StartsWith("news:1 computes ", Assert.Single(_log.Of(LogLevel.Information)), StringComparison.Ordinal);
        Assert.Equal(1, predictor.Predict([predictor.Tokenize(new("red sky"))], PredictionOptions.Default)[0].Probabilities.Sum(), 1e-5f);
    }

    private SharedBases Bases => new(CPU, Settings(ServingProvider.Torch));

    private static Microsoft.Extensions.Options.IOptions<ServingOptions> Settings(ServingProvider provider) => Microsoft.Extensions.Options.Options.Create(new ServingOptions { Provider = provider });

    private ModelLoader Loader(ServingProvider provider, Func<IClassifierBackend, IClassifierBackend, double>? race = null) => new(Settings(provider), CPU, Bases, _log, Measure, race);

    private ThreadPlan Measure(TorchBackend backend)
    {
        _loggedBefore.Add(_log.Of(LogLevel.Information));
        return new ThreadPlan([(64, 1)], 2);
    }

    private ServableModel Model()
    {
        var at = Path.Combine(_folder.FullName, "news");
        return new ServableModel("news:1", at, TinyArtifacts.Write(at, TinyArtifacts.Kinds["attending"], seed: 1));
    }

    private ServableModel Adapter(int version, ClassifierConfig config, ServableBase on)
    {
        var at = Path.Combine(_folder.FullName, $"adapted-{version}");
        return new ServableModel($"adapted:{version}", at, TinyArtifacts.WriteAdapter(at, config, on.Directory, version)) { Base = on };
    }
}
