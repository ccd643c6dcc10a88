namespace FeedbackService.Api.Storage.Entities;

/// <summary>An API key. The secret itself is kept nowhere.</summary>
public sealed class KeyRow : ICreatedByKey
{
    /// <summary><c>key_…</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>What it is for, in the words of whoever made it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it may do: names of scopes, separated by spaces.</summary>
    public string Scopes { get; set; } = "";

    /// <summary>Hash of the secret, lower-case hex. The secret has 256 random bits, so a fast hash is enough.</summary>
    public string SecretSha256 { get; set; } = "";

    /// <summary>Not taken from then on, UTC microseconds; null: for ever.</summary>
    public long? ExpiresAt { get; set; }

    /// <summary>Not taken since, UTC microseconds; null: not revoked.</summary>
    public long? RevokedAt { get; set; }

    /// <summary>Last request with it, UTC microseconds, written about once a minute; null: never.</summary>
    public long? LastUsedAt { get; set; }

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>API key that made it; null from the command line, on an open service and at the first start.</summary>
    public string? CreatedByKeyId { get; set; }
}
