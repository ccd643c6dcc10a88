using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Jobs;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing.Invariants;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FeedbackService.Api.Tests.Faults;

/// <summary>
/// A 4: a file, a training job and an alias, from request to result, again and again; the first time the first call to the database or the
/// store fails, then the second, until all have failed once. Clients repeat what was not answered, and workers ring as Hangfire would.
/// </summary>
public sealed class NthCallTests
{
    private const string Row = "the match was won,sport\nthe shares fell,money\n";
    private const int MostCalls = 400;

    private readonly FailingCalls _calls = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A04_EveryCallFailsOnce_BeforeOrAfterItIsDone_LosesAndDoublesNothing(bool after)
    {
        var root = TestStorage.NewRoot();
        _calls.Disarm();
        var failed = await JobHost.PrepareAsync(
            root,
            async host =>
            {
                var count = 0;
                do
                {
                    await LiveAsync(host, ++count, after);
                    Assert.True(count < MostCalls, "There is no end to the calls.");
                }
                while (_calls.Failed is not null);
                _calls.Disarm();
                await AssertIntactAsync(host, root, count);
                return count - 1;
            },
            Configure);
        // Fewer would mean that calls go past the counter.
        Assert.InRange(failed, 60, MostCalls);
        Directory.Delete(root, recursive: true);
    }

    private void Configure(IServiceCollection services)
    {
        services.AddSingleton<IInterceptor>(new FailingCommands(_calls));
        services.AddSingleton<IInterceptor>(new FailingCommits(_calls));
        services.AddSingleton<IContentStore>(provider => new FailingStore(new FolderContentStore(provider.GetRequiredService<DataFolder>().Root), _calls));
        services.AddKeyedSingleton<IJobRunner, PublishingRunner>(JobKind.Train);
        // Renewals come when they like; without them the calls of every life are the same.
        services.AddSingleton(Options.Create(new JobOptions { RenewEvery = TimeSpan.FromMinutes(10), LeaseDuration = TimeSpan.FromHours(1), RedispatchAfter = TimeSpan.FromMilliseconds(10) }));
    }

    // One file, one job, one alias; the names are new, so that each life is the first of its kind.
    private async Task LiveAsync(JobHost host, int life, bool after)
    {
        _calls.Arm(life, after);
        var file = await AskAsync(() => UploadAsync(host, life));
        var spec = new TrainingSpec { Model = "mlp", Preset = "mlp", TrainingFile = file, ResultName = $"news-{life}", Seed = 42, Hyperparameters = [] };
        var job = await AskAsync(async () => (await host.Store.CreateAsync(
            new NewJob(Ids.NewFineTuningJob(), JobKind.Train, spec.ToJson()) { ModelName = spec.ResultName, Idempotency = new IdempotencyClaim("jobs", $"{life}", "job") }, Cancel)).Id);
        var row = await WorkAsync(host, job);
        // A broken connection is nobody's fault. What a disk does may end a job, with a code.
        Assert.True(row.State == JobState.Succeeded || (!TestProvider.IsPostgres && row is { State: JobState.Failed, ErrorCode: "internal_error" }), $"{_calls.Failed}: {row.State} {row.ErrorCode}");
        if (row.State == JobState.Succeeded)
        {
            await AskAsync(() => host.Services.GetRequiredService<AliasStore>().PutAsync(new AliasMove(spec.ResultName, ModelNames.Production, 1, "", null), AliasPrecondition.None, Cancel));
            Assert.Equal($"{spec.ResultName}:1", (await AskAsync(() => host.Services.GetRequiredService<ModelRegistry>().ResolveServableAsync(spec.ResultName, Cancel))).Address);
        }
        await DeleteAsync(host, file);
    }

    private static async Task<string> UploadAsync(JobHost host, int life)
    {
        var path = host.Services.GetRequiredService<FileContents>().NewTemporaryPath();
        var content = $"text,label\nof life {life},sport\n{Row}";
        await File.WriteAllTextAsync(path, content, Cancel);
        var row = new FileRow
        {
            Id = Ids.NewFile(),
            Purpose = "fine-tune",
            FileName = "train.csv",
            Bytes = content.Length,
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path, Cancel))),
            Status = "processed",
            ReadingJson = new FileReading(FeedbackService.Training.Datasets.DatasetKind.Csv, "text", null, "label").ToJson(),
        };
        return (await host.Services.GetRequiredService<FileStore>().AddAsync(row, path, path + ".issues", null, new IdempotencyClaim("files", $"{life}", "file"), Cancel)).Id;
    }

    private static async Task<JobRow> WorkAsync(JobHost host, string job)
    {
        while (true)
        {
            try
            {
                await host.Services.GetRequiredService<IJobEntryPoint>().RingAsync(JobQueues.Train, Cancel);
            }
            catch (Exception fault) when (IsPlanned(fault))
            {
                // Hangfire writes this down and lets it be; the dispatcher rings again.
            }
            var row = await AskAsync(() => host.Store.GetAsync(job, JobKind.Train, Cancel));
            if (row.FinishedAt is not null)
            {
                return row;
            }
            // Whoever held it does not any more: what the end of its lease would bring, at once.
            await AskAsync(() => host.Services.GetRequiredService<JobRecovery>().RecoverFromOthersAsync("the next process", Cancel));
        }
    }

    private static Task DeleteAsync(JobHost host, string file) => AskAsync(async () =>
    {
        try
        {
            await host.Services.GetRequiredService<FileStore>().DeleteAsync(file, Cancel);
        }
        catch (ServiceException gone) when (gone.Code == "file_not_found")
        {
            // Deleted before the answer was lost.
        }
        return file;
    });

    // A client: asks again for what was not answered.
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception fault) when (IsPlanned(fault))
            {
                // Only one call fails in a life.
            }
        }
    }

    private static bool IsPlanned(Exception fault) =>
        fault is ContentStoreException or SqliteException { SqliteErrorCode: 10 } or NpgsqlException || (fault.InnerException is { } inner && IsPlanned(inner));

    private static async Task AssertIntactAsync(JobHost host, string root, int lives)
    {
        await using var db = await host.OpenAsync();
        var checker = new InvariantChecker(
            () => TestProvider.DatabaseOf(root) is { } database ? new NpgsqlConnection(database + ";Pooling=false") : new SqliteConnection($"Data Source={host.Folder.Database};Pooling=False"),
            new StoredFolder(root));
        // Artifacts of lives that failed late wait for the sweeper, which has its own tests.
        Assert.Empty(await checker.CheckAsync([], TimeSpan.FromHours(1), Cancel));
        Assert.Equal(lives, await db.Jobs.CountAsync(Cancel));
        Assert.Equal(0, await db.Files.CountAsync(Cancel));
        Assert.Equal(await db.Jobs.CountAsync(job => job.State == JobState.Succeeded, Cancel), await db.ModelVersions.CountAsync(Cancel));
    }
}
