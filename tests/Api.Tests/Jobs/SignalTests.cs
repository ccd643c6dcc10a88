using System.Diagnostics;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Storage.Sqlite;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>A signal to the service and its training process at once, as Ctrl-C in a terminal and some supervisors send it.</summary>
public sealed class SignalTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _root = TestStorage.NewRoot();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // SIGTERM, because a shell that starts the tests in the background has SIGINT ignored in all that they start.
    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Terminate_ToTheServiceAndItsTraining_LeavesACheckpointToGoOnFrom()
    {
        await JobHost.PrepareAsync(_root, 1, JobHost.Tiny(500));
        await using var service = ServiceProcess.Start(_root, "--Jobs:CheckpointEvery=01:00:00");
        await WaitAsync(service, async () =>
        {
            await using var db = Open();
            return await db.JobMetrics.AnyAsync(TestContext.Current.CancellationToken);
        });
        var processes = ServiceProcess.Naming(_root).Select(line => line.Split(' ')[0]).ToList();
        Assert.Equal(2, processes.Count);

        using (var kill = Process.Start("kill", ["-TERM", .. processes]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await WaitAsync(service, () => Task.FromResult(service.HasExited), whileItRuns: false);

        Assert.DoesNotContain("exit code", service.Output, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateDirectories(Path.Combine(_root, "checkpoints"), "*-resume-*", SearchOption.AllDirectories));
        await using var after = Open();
        Assert.Equal(JobState.Queued, (await after.Jobs.SingleAsync(TestContext.Current.CancellationToken)).State);
    }

    private static async Task WaitAsync(ServiceProcess service, Func<Task<bool>> condition, bool whileItRuns = true)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(!(whileItRuns && service.HasExited) && TimeProvider.System.GetElapsedTime(started) < Deadline, service.Output);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private SqliteAppDbContext Open()
    {
        var options = new DbContextOptionsBuilder<SqliteAppDbContext>();
        SqliteAppDbContext.Configure(options, Path.Combine(_root, "service.db"));
        return new SqliteAppDbContext(options.Options);
    }
}
