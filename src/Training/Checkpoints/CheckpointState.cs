namespace FeedbackService.Training.Checkpoints;

/// <summary>Where a training stands, besides its tensors: the file <c>state.json</c> of a checkpoint.</summary>
public sealed record CheckpointState
{
    /// <summary>Number of this layout.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Layout of the checkpoint; only <see cref="CurrentFormat"/> is read.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Optimizer steps taken; epoch and place in it follow, because the data order is a function of seed and epoch.</summary>
    public required long Step { get; init; }

    /// <summary>Tokens read in all steps.</summary>
    public required long TrainedTokens { get; init; }

    /// <summary>Step of the best evaluation; 0 before the first.</summary>
    public required long BestStep { get; init; }

    /// <summary>What chose the best evaluation, the higher the better: its macro-F1, for grades -RMSE. Null before the first.</summary>
    public required double? BestMerit { get; init; }

    /// <summary>Evaluations in a row that were not better.</summary>
    public required int EvaluationsWithoutGain { get; init; }

    /// <summary>What must be equal for going on: a hash over data, options, seed and base.</summary>
    public required string RunHash { get; init; }

    /// <summary>Threads of libtorch; with another number the training goes on, but not bit for bit.</summary>
    public required int Threads { get; init; }

    /// <summary>cpu or cuda:N.</summary>
    public required string Device { get; init; }

    /// <summary>What computed it, from <see cref="TrainingMachine.Describe"/>; on another the training goes on, but not bit for bit.</summary>
    public required string Machine { get; init; }

    /// <summary>SHA-256 (lower-case hex) of every other file of the folder, by name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}
