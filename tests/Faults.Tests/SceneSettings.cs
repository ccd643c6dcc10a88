using FeedbackService.Testing.Invariants;

namespace FeedbackService.Faults.Tests;

/// <summary>Where the processes of a scene keep what, and how they are started.</summary>
internal sealed record SceneSettings
{
    /// <summary>Connection string; null: the database of the one process.</summary>
    public string? Database { get; init; }

    /// <summary>Folder of all processes' data; null: one in the temporary directory.</summary>
    public string? Data { get; init; }

    /// <summary>Folder or bucket of what they share; null: they have one data folder.</summary>
    public string? Artifacts { get; init; }

    /// <summary>The same as the checker sees it; null where it is a folder.</summary>
    public IStoredFiles? Stored { get; init; }

    /// <summary>Further arguments of every process.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables of every process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
