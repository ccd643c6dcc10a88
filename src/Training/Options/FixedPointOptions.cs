using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>How an encoder solves the equation that defines its states, and how gradients pass through the solution.</summary>
public sealed record FixedPointOptions
{
    /// <summary>In which order the states of a text are renewed.</summary>
    [TrainingOption("Whether a sweep renews the states of a text one after the other, by turns forwards and backwards, or all at once (jacobi: some more sweeps, each far cheaper).", Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public SweepOrder SweepOrder { get; init; } = SweepOrder.Alternating;

    /// <summary>How gradients pass through the solution.</summary>
    [TrainingOption("Whether gradients pass through the last sweeps from the solution (phantom), through all of a fixed number of sweeps (unrolled), or are solved for at the solution (implicit).", Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public SolutionGradient SolutionGradient { get; init; } = SolutionGradient.Phantom;

    /// <summary>Sweeps after which the solver gives up.</summary>
    [TrainingOption("Sweeps after which the solver gives up; unrolled gradients have no use for it.", Minimum = 1, Maximum = 1000, Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public int MaxSweeps { get; init; } = 30;

    /// <summary>Sweeps that are differentiated.</summary>
    [TrainingOption("Sweeps that are differentiated: after the solution, or all there are when unrolled; implicit gradients have no use for it.", Minimum = 1, Maximum = 100, Encoders = EncoderFamilies.Bifnn, ShapesModel = true, SearchLow = 1, SearchHigh = 6)]
    public int GradientSweeps { get; init; } = 3;

    /// <summary>Largest change of a state at which a text has settled.</summary>
    [TrainingOption("A text has settled when no feature of its states changes by more than this in a sweep.", Minimum = 0, Maximum = 1, ExclusiveMinimum = true, Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public double SweepTolerance { get; init; } = 1e-4;

    /// <summary>Bound on what the state before contributes.</summary>
    [TrainingOption("Largest share of a change in the state before that reaches a state; with future_bound below 1, so that there is one solution.", Minimum = 0, Maximum = 1, ExclusiveMinimum = true, ExclusiveMaximum = true, Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public double PastBound { get; init; } = 0.6;

    /// <summary>Bound on what the state after contributes.</summary>
    [TrainingOption("Largest share of a change in the state after that reaches a state.", Minimum = 0, Maximum = 1, ExclusiveMinimum = true, ExclusiveMaximum = true, Encoders = EncoderFamilies.Bifnn, ShapesModel = true)]
    public double FutureBound { get; init; } = 0.3;
}
