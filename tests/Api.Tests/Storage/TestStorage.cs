using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Storage;

/// <summary>A real data folder with a migrated database under the temporary directory, and a clock to set.</summary>
internal sealed class TestStorage : IAsyncDisposable, IDbContextFactory<AppDbContext>
{
    private readonly string _root;
    private readonly ServiceProvider _services;

    private TestStorage(string root, string? database)
    {
        _root = root;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddStorage(_ => root, database);
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public DatabaseRetry Retry => _services.GetRequiredService<DatabaseRetry>();

    public ChangeSignal Changes => _services.GetRequiredService<ChangeSignal>();

    public DataFolder Folder => _services.GetRequiredService<DataFolder>();

    public static async Task<TestStorage> CreateAsync(string? root = null)
    {
        root ??= NewRoot();
        var storage = new TestStorage(root, TestProvider.DatabaseOf(root));
        _ = storage.Folder;
        foreach (var service in storage._services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(TestContext.Current.CancellationToken);
        }
        return storage;
    }

    public static string NewRoot() => Path.Combine(Path.GetTempPath(), "feedback-tests", Path.GetRandomFileName());

    /// <summary>A database past the lock of its folder: reading beside the service is what WAL allows.</summary>
    public static SqliteAppDbContext OpenBeside(string path)
    {
        var options = new DbContextOptionsBuilder<SqliteAppDbContext>();
        SqliteAppDbContext.Configure(options, path);
        return new SqliteAppDbContext(options.Options);
    }

    public AppDbContext CreateDbContext() => _services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    /// <summary>Closes everything but leaves the folder, as the end of a process would.</summary>
    public async Task<string> AbandonAsync()
    {
        await _services.DisposeAsync();
        return _root;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_root, recursive: true);
    }
}
