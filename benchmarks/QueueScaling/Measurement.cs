using System.Diagnostics;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FeedbackService.QueueScaling;

/// <summary>What a number of workers has done.</summary>
/// <param name="Workers">How many.</param>
/// <param name="Jobs">Jobs done.</param>
/// <param name="Seconds">From the first start to the last end, by the clock of the database.</param>
internal sealed record Measurement(int Workers, int Jobs, double Seconds)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Jobs per minute of all workers.</summary>
    public double PerMinute => 60 * Jobs / Seconds;

    /// <summary>What a worker spends between two jobs, on average.</summary>
    public TimeSpan Between(TimeSpan sleep) => TimeSpan.FromSeconds(Seconds * Workers / Jobs) - sleep;

    /// <summary>Starts workers, gives them jobs, and waits until all are done.</summary>
    public static async Task<Measurement> TakeAsync(string database, int workers, int jobs, TimeSpan sleep)
    {
        var folder = Directory.CreateTempSubdirectory("feedback-queue-scaling-").FullName;
        var processes = new List<Process>();
        using var api = Worker.Build(database, Path.Combine(folder, "api"), work: false, sleep);
        await api.StartAsync();
        try
        {
            processes.AddRange(Enumerable.Range(0, workers).Select(i => Worker.Start(database, Path.Combine(folder, $"worker-{i}"), sleep)));
            var registry = api.Services.GetRequiredService<WorkerRegistry>();
            await UntilAsync(async () => (await registry.ListAsync(CancellationToken.None)).Count == workers, processes);
            // A first job each: what happens only once shall not be measured.
            await QueueAsync(api, 2 * workers);
            await UntilAsync(async () => await UnendedAsync(api) == 0, processes);
            var (_, last) = await SpanAsync(api, 0);
            await QueueAsync(api, jobs);
            await UntilAsync(async () => await UnendedAsync(api) == 0, processes);
            var (from, to) = await SpanAsync(api, last);
            return new Measurement(workers, jobs, (to - from) / 1e6);
        }
        finally
        {
            processes.ForEach(process => process.Kill(entireProcessTree: true));
            processes.ForEach(process => process.WaitForExit());
            await api.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task QueueAsync(IHost api, int count)
    {
        var store = api.Services.GetRequiredService<JobStore>();
        foreach (var _ in Enumerable.Range(0, count))
        {
            await store.CreateAsync(new NewJob(Ids.NewFineTuningJob(), JobKind.Train, "{}"), CancellationToken.None);
        }
    }

    private static async Task<int> UnendedAsync(IHost api)
    {
        await using var db = await OpenAsync(api);
        return await db.Jobs.CountAsync(row => row.FinishedAt == null);
    }

    private static async Task<(long From, long To)> SpanAsync(IHost api, long after)
    {
        await using var db = await OpenAsync(api);
        var measured = db.Jobs.Where(row => row.CreatedAt > after);
        return (await measured.MinAsync(row => row.StartedAt ?? 0), await measured.MaxAsync(row => row.FinishedAt ?? 0));
    }

    private static Task<AppDbContext> OpenAsync(IHost api) => api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();

    private static async Task UntilAsync(Func<Task<bool>> condition, List<Process> processes)
    {
        while (!await condition())
        {
            if (processes.Find(process => process.HasExited) is { } dead)
            {
                throw new InvalidOperationException($"A worker has ended with {dead.ExitCode}.");
            }
            await Task.Delay(Look);
        }
    }
}
