using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>
/// The command <c>keys create|list|revoke</c>. It works on the database of a data folder, also while a service runs on it: SQLite lets
/// several processes in, and the service reads its keys anew every second.
/// </summary>
internal static class KeyCommand
{
    private const string Usage = """
        Keys of a service's data folder. All take --data-dir, else the folder is that of the service.

          keys create --name TEXT --scopes SCOPE[,SCOPE] [--expires 90d|12h|2027-01-31]
              Makes a key and prints it, alone on its line; it cannot be shown again.
          keys list
              Lists all keys, newest first.
          keys revoke ID
              Ends a key; a running service stops taking it within a second or two.

        Scopes: predict, models:read, models:write, jobs:write, admin (everything).
        """;

    /// <summary>Whether a command line asks for it.</summary>
    public static bool IsMeantBy(IReadOnlyList<string> args) => args is ["keys", ..];

    /// <summary>Runs it.</summary>
    /// <param name="args">Of the process, <c>keys</c> first.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Exit code.</returns>
    /// <exception cref="StartException">What is asked cannot be done; the message says why.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, CancellationToken cancellationToken)
    {
        var line = KeyCommandLine.Parse(args.Skip(1));
        if (line.Verb is null)
        {
            await output.WriteLineAsync(Usage);
            return 0;
        }

        var options = HostingSetup.ReadOptions(CommandLine.Parse(line.Settings, Environment.GetEnvironmentVariables()));
        await using var services = await OpenAsync(options, cancellationToken);
        try
        {
            await (line.Verb switch
            {
                "create" => CreateAsync(line, services, output, cancellationToken),
                "list" => ListAsync(services, output, cancellationToken),
                _ => RevokeAsync(line, services, output, cancellationToken),
            });
            return 0;
        }
        catch (ServiceException refusal)
        {
            throw new StartException(refusal.Message, refusal);
        }
    }

    private static async Task CreateAsync(KeyCommandLine line, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var key = new NewKey(line.Name ?? string.Empty, line.Scopes, line.ExpiryAfter(clock.GetUtcNow()));
        var made = await services.GetRequiredService<KeyStore>().CreateAsync(key, claim: null, cancellationToken);
        await output.WriteLineAsync(made.Key);
    }

    private static async Task ListAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var now = services.GetRequiredService<TimeProvider>().NowMicroseconds();
        var keys = (await services.GetRequiredService<KeyRing>().KeysAsync(cancellationToken)).Values.OrderByDescending(key => key.CreatedAt);
        const string Columns = "{0,-29}{1,-9}{2,-18}{3,-18}{4,-18}{5,-24}{6}";
        await output.WriteLineAsync(string.Format(CultureInfo.InvariantCulture, Columns, "ID", "STATUS", "CREATED", "LAST USED", "EXPIRES", "NAME", "SCOPES"));
        foreach (var key in keys)
        {
            await output.WriteLineAsync(string.Format(
                CultureInfo.InvariantCulture, Columns, key.Id, key.StateAt(now), Moment(key.CreatedAt), Moment(key.LastUsedAt), Moment(key.ExpiresAt), key.Name + " ", key.Scopes.Replace(' ', ',')));
        }
    }

    private static async Task RevokeAsync(KeyCommandLine line, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var row = await services.GetRequiredService<KeyStore>().RevokeAsync(line.Id!, cancellationToken);
        await output.WriteLineAsync($"{row.Id} ({row.Name}) is revoked.");
    }

    private static string Moment(long? microseconds) =>
        microseconds is { } at ? Timestamps.ToDateTimeOffset(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "-";

    // A service that runs on the folder holds its lock and has brought the schema up to date; otherwise that is done here.
    private static async Task<ServiceProvider> OpenAsync(ServiceOptions options, CancellationToken cancellationToken)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddStorage(_ => options.DataDir, options.Database);
        collection.AddKeys();
        var services = collection.BuildServiceProvider();
        try
        {
            foreach (var initializer in services.GetServices<IHostedService>().OfType<DatabaseInitializer>())
            {
                await initializer.StartingAsync(cancellationToken);
            }
        }
        catch (DataFolderException inUse) when (inUse.InnerException is IOException)
        {
            await RequireSchemaAsync(services, options.DataDir, cancellationToken);
        }

        return services;
    }

    private static async Task RequireSchemaAsync(IServiceProvider services, string folder, CancellationToken cancellationToken)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            throw new StartException($"The service that runs on '{folder}' is of another version. Stop it, or use its own `keys` command.");
        }
    }
}
