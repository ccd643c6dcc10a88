using FeedbackService.Api.Events;
using FeedbackService.Api.Imports;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Jobs.Classification;
using FeedbackService.Api.Jobs.Evaluation;
using FeedbackService.Api.Jobs.Servers;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Observability;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Sweeping;
using Hangfire;
using Hangfire.AspNetCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Jobs;

/// <summary>Registers jobs: stores, outbox, reconciler, and Hangfire with a server per queue.</summary>
internal static class JobServices
{
    /// <summary>What a graceful stop may take; whoever stops the process must wait longer before killing it.</summary>
    internal static readonly TimeSpan HostTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Adds them. Needs the storage, the files, the registry and, for evaluations and classifications, the engine.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Root of the configuration; section <c>Jobs</c> is read.</param>
    /// <param name="work">Whether this process takes jobs; false for the role <c>api</c>.</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration, bool work)
    {
        services.AddOptions<JobOptions>().Bind(configuration.GetSection(JobOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EventFeedOptions>().Bind(configuration.GetSection(EventFeedOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        // A body that stops gracefully needs longer than the host's default gives it.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = HostTimeout);
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection(WorkerOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddQuotas(configuration);
        services.AddSingleton(WorkerIdentity.Create());
        services.AddSingleton<WorkerDescription>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<QueueActivity>();
        services.AddSingleton<QueueMetrics>();
        services.AddSingleton<Duties>();
        services.AddSingleton<JobBell>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobClaims>();
        services.AddSingleton<JobLeases>();
        services.AddSingleton<JobRecovery>();
        services.AddSingleton<JobPreemption>();
        services.AddMetricRegistry();
        services.AddSingleton<JobEventLog>();
        services.AddSingleton<JobEventSignal>();
        services.AddSingleton<IInterceptor, CommittedEvents>();
        services.AddSingleton<EventFeedMetrics>();
        services.AddSingleton<JobEventFeeds>();
        services.AddHostedService(provider => provider.GetRequiredService<JobEventFeeds>());
        services.AddSingleton<JobRunMetrics>();
        services.AddSingleton<JobRinger>();
        services.AddSingleton<JobDispatcher>();
        services.AddSingleton<JobEnding>();
        services.AddSingleton<IJobEntryPoint, JobWorker>();
        services.AddSingleton<CheckpointPublisher>();
        services.AddSingleton<TrainingResultFile>();
        services.AddKeyedSingleton<IJobRunner, TrainingJobRunner>(JobKind.Train);
        services.AddKeyedSingleton<IJobRunner, EvaluationJobRunner>(JobKind.Evaluate);
        services.AddKeyedSingleton<IJobRunner, ClassificationJobRunner>(JobKind.Classify);
        services.AddOptions<BatchOptions>().Bind(configuration.GetSection(BatchOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<BatchFiles>();
        services.AddKeyedSingleton<IJobRunner, BatchJobRunner>(JobKind.Batch);
        services.AddImports();
        services.AddHostedService<JobReconciler>();
        services.AddSweeping(configuration);
        services.AddHostedService(provider => provider.GetRequiredService<JobDispatcher>());
        // Our own instances, because AddHangfire would take the process-wide JobStorage.Current and JobActivator.Current, which two hosts
        // in one process share: the jobs of one would be run with the services of the other (HangfireIO/Hangfire issue 2151).
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton(provider => HangfireStorage.Create(provider.GetRequiredService<DatabaseSettings>()));
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseLogProvider(new HangfireLogProvider(provider.GetRequiredService<ILoggerFactory>()))
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        services.AddSingleton(provider =>
        {
            // Hangfire's settings apply once this was asked for.
            _ = provider.GetRequiredService<IGlobalConfiguration>();
            return new QueueServerFactory(provider.GetRequiredService<JobStorage>(), provider.GetRequiredService<JobActivator>());
        });
        if (work)
        {
            services.AddHostedService<WorkerPresence>();
            services.AddSingleton<QueueServers>();
            services.AddHostedService(provider => provider.GetRequiredService<QueueServers>());
            services.AddHostedService<QueueLiveness>();
        }
        return services;
    }
}
