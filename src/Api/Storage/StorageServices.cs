using FeedbackService.Api.Observability;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Postgres;
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
    /// <param name="database">Connection string of a PostgreSQL database; null for the data folder's own file.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, Func<IServiceProvider, string> dataDirectory, string? database = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => OpenFolder(dataDirectory(provider)));
        services.AddSingleton<DataFolderLock>();
        database = database is null ? null : PostgresSession.AskedBy(database);
        services.AddSingleton(new DatabaseSettings(database));
        services.AddSingleton<DatabaseRetry>();
        services.AddSingleton<ChangeSignal>();
        services.AddSingleton<IInterceptor, CommittedChanges>();
        if (database is null)
        {
            services.AddSqlite();
        }
        else
        {
            services.AddPostgres(database);
        }
        services.AddHostedService<DatabaseInitializer>();
        services.AddContents();
        return services;
    }

    /// <summary>Lets this process see what others change in a shared database. Needs the storage.</summary>
    public static IServiceCollection AddChangeWatcher(this IServiceCollection services)
    {
        services.AddMetricRegistry();
        services.AddSingleton<ChangeMetrics>();
        services.AddHostedService<ChangeWatcher>();
        return services;
    }

    private static void AddSqlite(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<SqliteAppDbContext>((provider, options) =>
        {
            SqliteAppDbContext.Configure(options, provider.GetRequiredService<DataFolder>().Database);
            options.AddInterceptors(provider.GetServices<IInterceptor>());
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, SqliteAppDbContextFactory>();
        services.AddSingleton<IDatabasePreparation, SqlitePreparation>();
    }

    private static void AddPostgres(this IServiceCollection services, string connectionString)
    {
        services.AddPooledDbContextFactory<PostgresAppDbContext>((provider, options) =>
        {
            PostgresAppDbContext.Configure(options, connectionString);
            options.AddInterceptors(provider.GetServices<IInterceptor>());
        });
        services.AddSingleton<IDbContextFactory<AppDbContext>, PostgresAppDbContextFactory>();
        services.AddSingleton<IDatabasePreparation, PostgresPreparation>();
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
