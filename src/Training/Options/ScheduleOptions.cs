namespace FeedbackService.Training.Options;

/// <summary>How long and how fast a training runs.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Passes over the training part.</summary>
    [TrainingOption("Passes over the training part.", Name = "n_epochs", Minimum = 1, Maximum = 1000, Auto = nameof(AutoRules.Epochs), SearchLow = 2, SearchHigh = 30)]
    public int Epochs { get; init; } = 10;

    /// <summary>Texts per optimizer step.</summary>
    [TrainingOption("Texts per optimizer step.", Minimum = 1, Maximum = 1024, Auto = nameof(AutoRules.BatchSize), SearchLow = 8, SearchHigh = 128, SearchLogarithmic = true)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Highest learning rate of the schedule.</summary>
    [TrainingOption("Highest learning rate of the schedule, reached at the end of the warm-up.", Minimum = 0, ExclusiveMinimum = true, Maximum = 10, SearchLow = 1e-5, SearchHigh = 1e-2, SearchLogarithmic = true)]
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Factor on the learning rate.</summary>
    [TrainingOption("Factor on the learning rate, for going faster or slower without knowing its value.", Minimum = 0, ExclusiveMinimum = true, Maximum = 100)]
    public double LearningRateMultiplier { get; init; } = 1;

    /// <summary>Course of the learning rate over the steps.</summary>
    [TrainingOption("Course of the learning rate after the warm-up: down to zero in a line or half a cosine, constant, or falling with the square root of the step.", SearchValues = true)]
    public SchedulerKind Scheduler { get; init; } = SchedulerKind.Linear;

    /// <summary>Share of all steps that warm up.</summary>
    [TrainingOption("Share of all steps in which the learning rate rises from zero.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.2)]
    public double WarmupRatio { get; init; } = 0.1;

    /// <summary>Steps between evaluations.</summary>
    [TrainingOption("Optimizer steps between evaluations on the validation part; each writes a checkpoint.", Minimum = 1, Maximum = 1_000_000, Auto = nameof(AutoRules.EvaluationInterval))]
    public int EvalEvery { get; init; } = 500;

    /// <summary>Evaluations without a better macro-F1, or with grades RMSE, or in pre-training loss, before the training ends; 0 = never.</summary>
    [TrainingOption("Evaluations in a row without a better validation macro-F1, or RMSE where labels are grades, or loss in pre-training, after which the training ends early; 0 trains to the end.", Minimum = 0, Maximum = 1000)]
    public int EarlyStoppingPatience { get; init; } = 5;

    /// <summary>The learning rate at the peak of the schedule.</summary>
    public double PeakLearningRate => LearningRate * LearningRateMultiplier;
}
