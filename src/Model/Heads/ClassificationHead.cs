using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Heads;

/// <summary>
/// Pooled text vectors to logits: W·h + b (b only if the configuration has one) with h = dropout(x), or <see cref="HeadHiddenLayer"/> of it; for grades the logits that <see cref="HeadKind.Graded"/>
/// makes of one score s = w·h + b.
/// </summary>
public sealed class ClassificationHead : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    [ComponentName(Name = "hidden")]
    private readonly HeadHiddenLayer? _hidden;

    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    // ĝ_c; null unless the labels are grades.
    private readonly float[]? _grades;

    /// <summary>Makes the head with weights N(0, 1/width) from torch's global generator and zero bias.</summary>
    /// <param name="width">Width of the pooled vector.</param>
    /// <param name="config">Labels, kind, layer and dropout.</param>
    public ClassificationHead(int width, ClassifierConfig config)
        : base(nameof(ClassificationHead))
    {
        ArgumentNullException.ThrowIfNull(config);
        _grades = config.Head == HeadKind.Graded ? [.. GradeScale.Of(config.Labels).Standardised.Select(grade => (float)grade)] : null;
        _dropout = new RandomDropout(config.HeadDropout);
        _hidden = config.HeadHiddenSize > 0 ? new HeadHiddenLayer(width, config.HeadHiddenSize, config.HeadActivation, config.HeadDropout) : null;
        _projection = Initialization.Linear(_hidden is null ? width : config.HeadHiddenSize, _grades is null ? config.Labels.Count : 1, bias: config.HeadBias || _grades is not null);
        RegisterComponents();
    }

    /// <summary>[B, width] float to logits [B, L]: float32 of anything narrower, float64 of float64.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = _dropout.call(input);
        var scores = _projection.call(_hidden is null ? features : _hidden.call(features)); // [B, L], of grades [B, 1]

        // Losses, calibration and the settle rule need more than bf16's eight bits.
        scores = scores.Widened();
        return (_grades is null ? scores : Grade(scores, _grades)).MoveToOuterDisposeScope();
    }

    // −½(s − ĝ)² + ½s² = s·ĝ − ½ĝ²: linear in s, so that neither a far score nor its gradient is squared.
    private static Tensor Grade(Tensor score, float[] standardised)
    {
        var grades = tensor(standardised, device: score.device); // [L]
        return (score * grades).PlusScaled(grades * grades, -0.5); // [B, L]
    }
}
