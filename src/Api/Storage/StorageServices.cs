using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FeedbackService.Api.Storage;

/// <summary>Registers the data folder, the database and the store of artifacts and files.</summary>
internal static class StorageServices
{
    /// <summary>
    /// Adds <see cref="DataFolder"/> and <c>IDbContextFactory&lt;AppDbContext&gt;</c>, and brings the schema up to date when the host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="dataDirectory">Root of the data folder; asked once, when the host starts.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, Func<IServiceProvider, string> dataDirectory)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => OpenFolder(dataDirectory(provider)));
        services.AddSingleton<DataFolderLock>();
        services.AddPooledDbContextFactory<SqliteAppDbContext>(
            (provider, options) =>
            {
                SqliteAppDbContext.Configure(options, provider.GetRequiredService<DataFolder>().Database);
                options.AddInterceptors(provider.GetServices<IInterceptor>());
            });
        services.AddSingleton<IDbContextFactory<AppDbContext>, SqliteAppDbContextFactory>();
        services.AddHostedService<DatabaseInitializer>();
        services.AddContents();
        return services;
    }

    private static DataFolder OpenFolder(string root)
    {
        try
        {
            return new DataFolder(root);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder '{root}' cannot be made: {fault.Message} Choose another with --data-dir.", fault);
        }
    }
}
