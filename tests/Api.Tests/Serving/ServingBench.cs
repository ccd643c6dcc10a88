using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using Microsoft.Extensions.Logging.Abstractions;
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
        Options = options ?? new ServingOptions();
        Queue = new InferenceQueue(Options, Costs);
        var metrics = new ServingMetrics(Registry, Queue, Options);
        var given = Microsoft.Extensions.Options.Options.Create(Options);
        Cache = new ModelCache(given, CPU, new SharedBases(CPU, given), Damaged, metrics, NullLogger<ModelCache>.Instance);
        Thread = new InferenceThread(Queue, Costs, CPU, metrics, NullLogger<InferenceThread>.Instance);
        Engine = new ClassificationEngine(Cache, Queue, metrics);
    }

    public ServingOptions Options { get; }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public ModelCosts Costs { get; } = new();

    public InferenceQueue Queue { get; }

    public DamagedModels Damaged { get; } = new();

    public ModelCache Cache { get; }

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
