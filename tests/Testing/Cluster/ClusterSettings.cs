namespace FeedbackService.Testing.Cluster;

/// <summary>What the processes of a cluster have in common.</summary>
public sealed record ClusterSettings
{
    /// <summary>Folder under which each process has a data folder of its own, or the one data folder of all of them.</summary>
    public required string Root { get; init; }

    /// <summary>Connection string of the database that they share; null: one process with a database of its own.</summary>
    public string? Database { get; init; }

    /// <summary>What <c>--artifacts</c> is told; null: all have the one data folder.</summary>
    public string? Artifacts { get; init; }

    /// <summary>Further arguments of every process.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables of every process on top of the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
