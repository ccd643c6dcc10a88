using System.Data.Common;
using System.Globalization;

namespace FeedbackService.Testing.Invariants;

/// <summary>
/// What the tables say, read with plain SQL that any of the databases takes, past the code under test.
/// </summary>
public sealed record DatabaseImage
{
    private static readonly string[] Terminal = ["Succeeded", "Failed", "Cancelled"];

    public required IReadOnlyList<Job> Jobs { get; init; }

    /// <summary>What batches and evaluations that have succeeded were asked and have made.</summary>
    public required IReadOnlyList<Work> Works { get; init; }

    public required IReadOnlyList<Version> Versions { get; init; }

    public required IReadOnlyList<Checkpoint> Checkpoints { get; init; }

    public required IReadOnlyList<StoredFile> Files { get; init; }

    /// <summary>In the order of appending.</summary>
    public required IReadOnlyList<Event> Events { get; init; }

    public required IReadOnlyList<Metric> Metrics { get; init; }

    public required IReadOnlyList<Key> Keys { get; init; }

    /// <summary>Reads them, one table after the other.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<DatabaseImage> ReadAsync(DbConnection connection, CancellationToken cancellationToken) => new()
    {
        Jobs = await ListAsync(
            connection,
            "SELECT id, kind, state, finished_at, result_model, lease_owner FROM jobs",
            row => new Job(row.GetString(0), row.GetString(1), row.GetString(2), Number(row, 3), Text(row, 4), Text(row, 5)),
            cancellationToken),
        Works = await ListAsync(
            connection,
            "SELECT id, kind, spec_json, progress_json, result_json FROM jobs WHERE state = 'Succeeded' AND kind IN ('Batch', 'Evaluate')",
            row => new Work(row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), Text(row, 4)),
            cancellationToken),
        Versions = await ListAsync(
            connection,
            "SELECT model_name, version, job_id, manifest_sha256, base_manifest_sha256, directory FROM model_versions",
            row => new Version(row.GetString(0), Number(row, 1)!.Value, Text(row, 2), row.GetString(3), Text(row, 4), row.GetString(5)),
            cancellationToken),
        Checkpoints = await ListAsync(
            connection,
            "SELECT job_id, step, manifest_sha256, directory, created_at FROM checkpoints",
            row => new Checkpoint(row.GetString(0), Number(row, 1)!.Value, row.GetString(2), row.GetString(3), Number(row, 4)!.Value),
            cancellationToken),
        Files = await ListAsync(
            connection, "SELECT id, sha256, bytes FROM files", row => new StoredFile(row.GetString(0), row.GetString(1), Number(row, 2)!.Value), cancellationToken),
        Events = await ListAsync(
            connection,
            "SELECT job_id, type, message FROM job_events ORDER BY sequence",
            row => new Event(row.GetString(0), row.GetString(1), row.GetString(2)),
            cancellationToken),
        Metrics = await ListAsync(
            connection, "SELECT job_id, step, created_at FROM job_metrics", row => new Metric(row.GetString(0), Number(row, 1)!.Value, Number(row, 2)!.Value), cancellationToken),
        Keys = await ListAsync(
            connection, "SELECT route, key, resource_id FROM idempotency_keys", row => new Key(row.GetString(0), row.GetString(1), row.GetString(2)), cancellationToken),
    };

    private static async Task<IReadOnlyList<T>> ListAsync<T>(
        DbConnection connection, string query, Func<DbDataReader, T> make, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(make(reader));
        }
        return rows;
    }

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);

    /// <summary>A job.</summary>
    public sealed record Job(string Id, string Kind, string State, long? FinishedAt, string? ResultModel, string? LeaseOwner)
    {
        public bool IsTerminal => Terminal.Contains(State);
    }

    /// <summary>What a job was asked and has made, as JSON.</summary>
    public sealed record Work(string JobId, string Kind, string Spec, string? Progress, string? Result);

    /// <summary>A version of a model.</summary>
    public sealed record Version(string Model, long Number, string? JobId, string ManifestSha256, string? BaseManifestSha256, string Directory)
    {
        public string Address => string.Create(CultureInfo.InvariantCulture, $"{Model}:{Number}");
    }

    /// <summary>A published checkpoint.</summary>
    public sealed record Checkpoint(string JobId, long Step, string ManifestSha256, string Directory, long CreatedAt)
    {
        public string Address => string.Create(CultureInfo.InvariantCulture, $"{JobId}:step-{Step}");
    }

    /// <summary>A file of a user.</summary>
    public sealed record StoredFile(string Id, string Sha256, long Bytes);

    /// <summary>A line of a job's log.</summary>
    public sealed record Event(string JobId, string Type, string Message);

    /// <summary>A point of a training's series.</summary>
    public sealed record Metric(string JobId, long Step, long CreatedAt);

    /// <summary>What a repeated request finds.</summary>
    public sealed record Key(string Route, string Value, string ResourceId);
}
