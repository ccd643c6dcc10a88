using System.Diagnostics;
using System.Globalization;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FeedbackService.QueueScaling;

/// <summary>The service's jobs in a process of their own, whose trainings only sleep.</summary>
internal static class Worker
{
    /// <summary>First argument of a worker.</summary>
    public const string Mode = "--worker";

    /// <summary>Works until it is ended.</summary>
    public static async Task RunAsync(string database, string folder, TimeSpan sleep)
    {
        using var host = Build(database, folder, work: true, sleep);
        await host.RunAsync();
    }

    /// <summary>Starts one as a process of its own.</summary>
    public static Process Start(string database, string folder, TimeSpan sleep) => Process.Start(
        Environment.ProcessPath!, [Mode, database, folder, sleep.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>The jobs of the service.</summary>
    /// <param name="database">Connection string.</param>
    /// <param name="folder">A data folder.</param>
    /// <param name="work">Whether it takes jobs.</param>
    /// <param name="sleep">How long each takes.</param>
    public static IHost Build(string database, string folder, bool work, TimeSpan sleep)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        builder.Services.AddSingleton(Options.Create(new ServiceOptions { DataDir = folder, Database = database, Device = "cpu" }));
        builder.Services.AddStorage(_ => folder, database);
        builder.Services.AddFiles();
        builder.Services.AddRegistry([]);
        builder.Services.AddServing(builder.Configuration, "cpu", threads: 1, answersRequests: false);
        builder.Services.AddJobs(builder.Configuration, work);
        builder.Services.AddKeyedSingleton<IJobRunner>(JobKind.Train, new Sleeper(sleep));
        return builder.Build();
    }

    private sealed class Sleeper(TimeSpan time) : IJobRunner
    {
        public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
        {
            await Task.Delay(time, stopping);
            return new JobOutcome(null);
        }
    }
}
