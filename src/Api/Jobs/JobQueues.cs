using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Jobs;

/// <summary>Names of the Hangfire queues. They are stored in rows and in Hangfire: never rename one.</summary>
internal static class JobQueues
{
    /// <summary>Trainings.</summary>
    public const string Train = "train";

    /// <summary>Evaluations.</summary>
    public const string Evaluate = "evaluate";

    /// <summary>Batches.</summary>
    public const string Batch = "batch";

    /// <summary>Asynchronous classifications.</summary>
    public const string Classify = "classify";

    /// <summary>Imports.</summary>
    public const string Import = "import";

    /// <summary>All of them. Every worker takes jobs of every kind.</summary>
    public static IReadOnlyList<string> All { get; } = [Train, Evaluate, Batch, Classify, Import];

    /// <summary>Queue of a kind of job.</summary>
    public static string For(JobKind kind) => kind switch
    {
        JobKind.Train => Train,
        JobKind.Evaluate => Evaluate,
        JobKind.Batch => Batch,
        JobKind.Classify => Classify,
        JobKind.Import => Import,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No queue for this kind."),
    };
}
