using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Sweeping;

/// <summary>Registers the sweeper.</summary>
internal static class SweepingServices
{
    /// <summary>Adds it with every kind of thing it looks at. Needs the storage and the files.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Root of the configuration; section <c>Sweeping</c> is read.</param>
    public static IServiceCollection AddSweeping(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SweepOptions>().Bind(configuration.GetSection(SweepOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ILeftovers, ArtifactLeftovers>();
        services.AddSingleton<ILeftovers, CheckpointLeftovers>();
        services.AddSingleton<ILeftovers, BatchLeftovers>();
        services.AddSingleton<FileLeftovers>();
        services.AddSingleton<ILeftovers>(provider => provider.GetRequiredService<FileLeftovers>());
        services.AddSingleton<ILeftovers, PredictionLeftovers>();
        services.AddSingleton<LeftoverRemoval>();
        services.AddSingleton<Scratch>();
        services.AddSingleton<ISweepTurn>(provider => provider.GetRequiredService<DatabaseSettings>().IsShared
            ? ActivatorUtilities.CreateInstance<SharedSweepTurn>(provider)
            : new OwnSweepTurn());
        services.AddSingleton<RowExpiry>();
        services.AddSingleton<Sweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<Sweeper>());
        return services;
    }
}
