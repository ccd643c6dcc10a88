using System.Data.Common;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Testing.Load;
using Npgsql;

namespace FeedbackService.Testing.Invariants;

/// <summary>
/// Holds what is in the database and on disk to the promises of durable jobs. I1: what was accepted is not lost, and made once. I2: at most one
/// published result per job. I3: what is published is whole. I4: a worker that was fenced off has changed nothing. I5: an end is
/// final. I6: nothing lies about that nobody needs.
/// </summary>
/// <param name="connect">Makes a connection to the database, not open.</param>
/// <param name="stored">Files and artifacts.</param>
/// <param name="dataFolders">Further folders that processes write to; null: none.</param>
public sealed class InvariantChecker(Func<DbConnection> connect, IStoredFiles stored, Func<IReadOnlyList<string>>? dataFolders = null)
{
    private readonly TerminalStates _ends = new();

    /// <summary>What the database says now.</summary>
    public async Task<DatabaseImage> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = connect();
        await connection.OpenAsync(cancellationToken);
        return await DatabaseImage.ReadAsync(connection, cancellationToken);
    }

    /// <summary>Remembers which jobs have ended and how, for I5. To be called now and then while things happen.</summary>
    /// <returns>What of I5 is broken already.</returns>
    public async Task<IReadOnlyList<Violation>> ObserveAsync(CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        var found = _ends.Check(image).ToList();
        _ends.Remember(image);
        return found;
    }

    /// <summary>Whether no job waits or runs.</summary>
    public async Task<bool> IsQuietAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Jobs.All(job => job.IsTerminal);

    /// <summary>Checks all promises. To be called when no job waits or runs.</summary>
    /// <param name="history">What clients were told; empty: I1 is about the rows alone.</param>
    /// <param name="orphanAge">What was changed later than so long ago may lie about: it may be in the making, or wait for the sweeper. Zero: nothing may.</param>
    /// <param name="cancellationToken">Stops checking.</param>
    /// <returns>What is broken; empty when all is well.</returns>
    public async Task<IReadOnlyList<Violation>> CheckAsync(IReadOnlyList<HistoryEntry> history, TimeSpan orphanAge, CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        var kept = await stored.ListAsync(cancellationToken);
        var local = new List<StoredEntry>();
        foreach (var folder in dataFolders?.Invoke() ?? [])
        {
            local.AddRange(await new StoredFolder(folder).ListAsync(cancellationToken));
        }
        return
        [
            .. AcceptedJobs.Check(image, history),
            .. PublishedResults.CheckCounts(image),
            .. await PublishedResults.CheckBytesAsync(image, stored, kept, cancellationToken),
            .. BatchResults.Check(image, stored),
            .. FencedWrites.Check(image),
            .. _ends.Check(image),
            .. await CheckDatabaseAsync(cancellationToken),
            .. Leftovers.Check(image, kept.Concat(local), TimeProvider.System.GetUtcNow() - orphanAge),
        ];
    }

    // PostgreSQL has no such question; it keeps checksums of its own.
    private async Task<IReadOnlyList<Violation>> CheckDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = connect();
        if (connection is NpgsqlConnection)
        {
            return [];
        }
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return await command.ExecuteScalarAsync(cancellationToken) is "ok" ? [] : [new Violation("I3", "the database", "PRAGMA integrity_check finds it damaged")];
    }

    /// <summary>SHA-256 of a version's weights, to be compared with that of an undisturbed run.</summary>
    /// <param name="address"><c>name:version</c>.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public async Task<string> WeightsOfAsync(string address, CancellationToken cancellationToken)
    {
        var version = (await ReadAsync(cancellationToken)).Versions.Single(version => version.Address == address);
        return FileHash.Of(Path.Combine(await stored.FetchAsync(version.Directory, cancellationToken), ArtifactFiles.Weights));
    }
}
