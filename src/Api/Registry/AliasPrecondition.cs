namespace FeedbackService.Api.Registry;

/// <summary>What must be true of an alias for a change to happen: the caller's If-Match and If-None-Match (RFC 9110 §13.1).</summary>
internal sealed record AliasPrecondition
{
    /// <summary>Whatever it is now.</summary>
    public static readonly AliasPrecondition None = new();

    /// <summary>It must have one of these revisions; null: any, or none.</summary>
    public IReadOnlyList<long>? Revisions { get; init; }

    /// <summary>It must be there.</summary>
    public bool MustExist { get; init; }

    /// <summary>It must not be there.</summary>
    public bool MustNotExist { get; init; }

    /// <summary>The alias must still be as it was read.</summary>
    public static AliasPrecondition Seen(long revision) => new() { Revisions = [revision] };

    /// <summary>Whether an alias with this revision will do; null when there is none.</summary>
    public bool Holds(long? revision) =>
        (revision is null || !MustNotExist) && (revision is not null || !MustExist)
        && (Revisions is null || (revision is { } now && Revisions.Contains(now)));
}
