using FeedbackService.Api.Sweeping;

namespace FeedbackService.Api.Registry;

/// <summary>Registers the registry.</summary>
internal static class RegistryServices
{
    /// <summary>Adds <see cref="ModelRegistry"/>, <see cref="ModelStore"/>, <see cref="AliasStore"/> and <see cref="ArtifactStore"/>. Needs the storage.</summary>
    /// <param name="services">The services.</param>
    /// <param name="presetIds">Names only presets may have.</param>
    public static IServiceCollection AddRegistry(this IServiceCollection services, IEnumerable<string> presetIds)
    {
        services.AddSingleton(new ReservedNames(presetIds.ToHashSet(StringComparer.Ordinal)));
        services.AddSingleton<ArtifactStore>();
        services.AddSingleton<DamagedModels>();
        services.AddSingleton<ModelRegistry>();
        services.AddSingleton<GarbageMarks>();
        services.AddSingleton<ModelPublisher>();
        services.AddSingleton<ModelStore>();
        services.AddSingleton<AliasStore>();
        return services;
    }
}
