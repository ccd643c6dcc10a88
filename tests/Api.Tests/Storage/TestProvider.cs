using System.Collections.Concurrent;
using FeedbackService.Api.Storage;
using FeedbackService.Testing.Postgres;
using Npgsql;

namespace FeedbackService.Api.Tests.Storage;

/// <summary>
/// Which database the tests of this run work on: SQLite, or PostgreSQL when <c>FEEDBACKSERVICE_TEST_PROVIDER=postgres</c>. The suite passes on either;
/// the few tests that are about SQLite's file, or turn a clock that PostgreSQL does not ask, carry the trait and are left out there.
/// </summary>
internal static class TestProvider
{
    // Migrating takes seconds, copying a tenth of one.
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);
    private static readonly ConcurrentDictionary<string, Lazy<string>> Databases = new(StringComparer.Ordinal);

    /// <summary>Trait of tests that are about one database.</summary>
    public const string Only = "only";

    /// <summary>Its value for the embedded one.</summary>
    public const string Sqlite = "sqlite";

    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("FEEDBACKSERVICE_TEST_PROVIDER") == "postgres";

    /// <summary>Connection string of the database that goes with a data folder, the same for the same folder; null on SQLite.</summary>
    public static string? DatabaseOf(string root) => !IsPostgres
        ? null
        : Databases.GetOrAdd(root, _ => new Lazy<string>(() => Task.Run(async () => await TestDatabase.CreateAsync(await Template.Value)).GetAwaiter().GetResult())).Value;

    private static async Task<string> MakeTemplateAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var root = TestStorage.NewRoot();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(_ => root, database);
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredService<IDatabasePreparation>().PrepareAsync(CancellationToken.None);
        }
        NpgsqlConnection.ClearAllPools();
        return database;
    }
}
