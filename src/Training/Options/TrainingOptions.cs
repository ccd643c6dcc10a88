namespace FeedbackService.Training.Options;

/// <summary>The effective options of one training: every value is decided. Made by <see cref="OptionCatalog.Resolve"/>.</summary>
public sealed record TrainingOptions
{
    /// <summary>How long and how fast.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>How gradients become steps.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>What keeps the model from learning by heart.</summary>
    public RegularizationOptions Regularization { get; init; } = new();

    /// <summary>What is read and how it is cut.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>The feedback loop.</summary>
    public FeedbackOptions Feedback { get; init; } = new();

    /// <summary>Small weights beside a base model's encoder.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>The encoder and its sizes.</summary>
    public ArchitectureOptions Architecture { get; init; } = new();

    /// <summary>What is hidden in pre-training.</summary>
    public MaskingOptions Masking { get; init; } = new();

    /// <summary>The solver of encoders whose states are a fixed point.</summary>
    public FixedPointOptions FixedPoint { get; init; } = new();
}
