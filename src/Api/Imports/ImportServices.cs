using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Imports;

/// <summary>Registers what brings checkpoints in.</summary>
internal static class ImportServices
{
    /// <summary>Adds <see cref="CheckpointImporter"/>, <see cref="VersionImport"/>, the hub's client and the job. Needs registry and serving.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointImporter>();
        services.AddSingleton<VersionImport>();
        services.AddSingleton<HubClient>();
        services.AddKeyedSingleton<IJobRunner, ImportJobRunner>(JobKind.Import);
        return services;
    }
}
