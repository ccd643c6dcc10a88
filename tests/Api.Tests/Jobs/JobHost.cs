using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Training.Presets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Storage, files, registry and jobs as the service has them, with Hangfire and real training processes, without HTTP.</summary>
internal sealed class JobHost : IAsyncDisposable
{
    public const string Supervised = "supervised";
    public const string Pretraining = "masked_language_modeling";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly IHost _host;

    private JobHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public DataFolder Folder => Services.GetRequiredService<DataFolder>();

    public JobStore Store => Services.GetRequiredService<JobStore>();

    public static async Task<JobHost> StartAsync(string root, JobOptions? settings = null, Action<IServiceCollection>? more = null, string? database = null)
    {
        var host = Build(root, settings ?? new JobOptions(), more, database);
        await host.StartAsync(CancellationToken.None);
        return new JobHost(host);
    }

    /// <summary>Prepares a folder without anything running in it: the schema, a training file and jobs.</summary>
    public static Task<IReadOnlyList<string>> PrepareAsync(string root, int jobs, JsonObject hyperparameters, string method = Supervised) => PrepareAsync<IReadOnlyList<string>>(root, async prepared =>
    {
        var file = await prepared.AddFileAsync();
        var ids = new List<string>();
        for (var i = 0; i < jobs; i++)
        {
            ids.Add(await prepared.QueueTrainingAsync(file, hyperparameters, method: method));
        }
        return ids;
    });

    /// <summary>Prepares a folder without anything running in it: the schema, and what <paramref name="prepare"/> puts there.</summary>
    public static async Task<T> PrepareAsync<T>(string root, Func<JobHost, Task<T>> prepare, Action<IServiceCollection>? configure = null)
    {
        using var host = Build(root, new JobOptions(), configure);
        await host.Services.GetServices<IHostedService>().OfType<DatabaseInitializer>().Single().StartingAsync(CancellationToken.None);
        return await prepare(new JobHost(host));
    }

    public static JsonObject Tiny(int epochs) => new()
    {
        ["n_epochs"] = epochs,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["early_stopping_patience"] = 0,
    };

    public Task<AppDbContext> OpenAsync() => Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(CancellationToken.None);

    public async Task<string> AddFileAsync(string? content = null)
    {
        content ??= "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"the match number {i} was won,sport\n" : $"the shares number {i} fell,money\n"));
        var contents = Services.GetRequiredService<FileContents>();
        var path = contents.NewTemporaryPath();
        await File.WriteAllTextAsync(path, content, CancellationToken.None);
        var row = new FileRow
        {
            Id = Ids.NewFile(),
            Purpose = "fine-tune",
            FileName = "train.csv",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, CancellationToken.None))),
            Status = "processed",
            ReadingJson = new FileReading(FeedbackService.Training.Datasets.DatasetKind.Csv, "text", null, "label").ToJson(),
        };
        await Services.GetRequiredService<FileStore>().AddAsync(row, path, path + ".issues", null, null, CancellationToken.None);
        return row.Id;
    }

    public async Task<string> QueueTrainingAsync(string file, JsonObject hyperparameters, string name = "news", int priority = 0, string method = Supervised)
    {
        var preset = method == Supervised ? "mlp" : "transformer-small";
        var spec = new TrainingSpec
        {
            Model = preset,
            Preset = preset,
            Method = method,
            TrainingFile = file,
            ResultName = name,
            Seed = 42,
            Hyperparameters = (JsonObject)hyperparameters.DeepClone(),
        };
        var job = new NewJob(Ids.NewFineTuningJob(), JobKind.Train, spec.ToJson()) { ModelName = name, Wishes = new JobWishes(priority, null) };
        return (await Store.CreateAsync(job, CancellationToken.None)).Id;
    }

    public async Task<JobRow> WaitAsync(string id, Func<JobRow, bool> until, JobKind kind = JobKind.Train)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var row = await Store.GetAsync(id, kind, CancellationToken.None);
            if (until(row))
            {
                return row;
            }
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < Deadline && row.FinishedAt is null,
                $"{id} is still {row.State} ({row.ErrorCode} {row.ErrorMessage}), progress {row.ProgressJson}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public Task<JobRow> WaitForEndAsync(string id, JobKind kind = JobKind.Train) =>
        WaitAsync(id, row => row.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Paused, kind);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static IHost Build(string root, JobOptions settings, Action<IServiceCollection>? more = null, string? database = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddSingleton(Options.Create(new ServiceOptions { DataDir = root, Device = "cpu" }));
        builder.Services.AddStorage(_ => root, database ?? TestProvider.DatabaseOf(root));
        builder.Services.AddFiles();
        builder.Services.AddRegistry(PresetCatalog.All.Select(preset => preset.Id));
        builder.Services.AddServing(builder.Configuration, "cpu", threads: 1, answersRequests: false);
        builder.Services.AddJobs(builder.Configuration, work: true);
        builder.Services.AddSingleton<EvaluationPredictions>();
        builder.Services.AddSingleton(Options.Create(settings));
        more?.Invoke(builder.Services);
        return builder.Build();
    }
}
