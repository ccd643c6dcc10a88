using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Everything that serves, over real artifacts in a folder of its own. The inference thread starts when a test says so.</summary>
internal sealed class ServingBench : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedback-serving-");
    private int _models;

    public ServingBench(ServingOptions? options = null)
    {
        // What a race finds is another thing from run to run; tests of providers say which they want.
        Options = options ?? new ServingOptions { Provider = ServingProvider.Torch };
        Queue = new InferenceQueue(Options, Costs);
        Results = new ResultCache(Options);
        Metrics = new ServingMetrics(Registry, Queue, Results);
        Inference = new SharedInference(Queue, Texts, Metrics);
        var settings = Microsoft.Extensions.Options.Options.Create(Options);
        var bases = new SharedBases(CPU, settings);
        Cache = new ModelCache(settings, new ModelLoader(settings, CPU, bases, NullLogger<ModelLoader>.Instance), bases, Damaged, Metrics, Clock, NullLogger<ModelCache>.Instance);
        Thread = new InferenceThread(Queue, Costs, CPU, Metrics, NullLogger<InferenceThread>.Instance);
        Engine = new ClassificationEngine(Cache, Results, Inference, Metrics);
    }

    public ServingOptions Options { get; }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public ServingMetrics Metrics { get; }

    public ModelCosts Costs { get; } = new();

    public InferenceQueue Queue { get; }

    public FakeTimeProvider Clock { get; } = new();

    public DamagedModels Damaged { get; } = new();

    public ModelCache Cache { get; }

    public ResultCache Results { get; }

    public SharedTexts Texts { get; } = new();

    public SharedInference Inference { get; }

    public InferenceThread Thread { get; }

    public ClassificationEngine Engine { get; }

    public static ServingBench Started(ServingOptions? options = null)
    {
        var bench = new ServingBench(options);
        bench.Start();
        return bench;
    }

    public void Start() => Thread.StartAsync(CancellationToken.None);

    /// <summary>Writes an artifact and says where it is.</summary>
    public ServableModel Model(string kind, Calibration? calibration = null) => Model(kind, TinyArtifacts.Kinds[kind], calibration);

    public ServableModel Model(string name, ClassifierConfig config, Calibration? calibration = null)
    {
        var directory = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        return new ServableModel(name + ":1", directory, TinyArtifacts.Write(directory, config, calibration, seed: ++_models));
    }

    public async ValueTask DisposeAsync()
    {
        await Thread.StopAsync(CancellationToken.None);
        Thread.Dispose();
        Cache.Dispose();
        _folder.Delete(recursive: true);
    }
}
