using System.Text.Json.Serialization;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Keys;

/// <summary>An API key. The key itself is only in the answer that made it.</summary>
public sealed record KeyObject
{
    /// <summary><c>key_…</c>; its letters are the middle part of the key.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>key</c>.</summary>
    public string Object => "key";

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>active, expired or revoked.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not taken from then on; null: for ever.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Taken back then; null: it was not.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Last request with it, to about a minute; null: never.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Key that made it; null from the command line, on an open service and at the first start.</summary>
    public required string? CreatedByKeyId { get; init; }

    /// <summary>The key itself, this once; absent when it is only looked at, and after a repeat with the same Idempotency-Key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>From the row.</summary>
    internal static KeyObject From(KeyRow row, TimeProvider clock) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Scopes = row.Scopes.Split(' '),
        Status = row.StateAt(clock.NowMicroseconds()),
        CreatedAt = Timestamps.ToDateTimeOffset(row.CreatedAt),
        ExpiresAt = At(row.ExpiresAt),
        RevokedAt = At(row.RevokedAt),
        LastUsedAt = At(row.LastUsedAt),
        CreatedByKeyId = row.CreatedByKeyId,
    };

    private static DateTimeOffset? At(long? microseconds) => microseconds is { } at ? Timestamps.ToDateTimeOffset(at) : null;
}
