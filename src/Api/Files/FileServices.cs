namespace FeedbackService.Api.Files;

/// <summary>Registers what keeps files.</summary>
internal static class FileServices
{
    /// <summary>Adds <see cref="FileContents"/>, <see cref="FileStore"/> and <see cref="FileIntake"/>. Needs the storage.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<FileContents>();
        services.AddSingleton<FileStore>();
        services.AddSingleton<FileIntake>();
        return services;
    }
}
