using FeedbackService.Api.Observability;

namespace FeedbackService.Api.Files;

/// <summary>Registers what keeps files.</summary>
internal static class FileServices
{
    /// <summary>Adds <see cref="FileContents"/>, <see cref="FileStore"/>, <see cref="FileIntake"/> and what looks at them. Needs the storage.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddMetricRegistry();
        services.AddSingleton<FileContents>();
        services.AddSingleton<FileStore>();
        services.AddSingleton<FileChecker>();
        services.AddSingleton<FileIntake>();
        services.AddSingleton<FileComparison>();
        services.AddSingleton<UsableFiles>();
        services.AddSingleton<RowBrowser>();
        services.AddSingleton<UploadMetrics>();
        return services;
    }
}
