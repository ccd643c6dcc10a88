using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Heads;

/// <summary>Pooled text vectors to logits: W·dropout(x) + b, or for grades the logits that <see cref="HeadKind.Graded"/> makes of one score s = w·dropout(x) + b.</summary>
public sealed class ClassificationHead : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    // ĝ_c; null unless the labels are grades.
    private readonly float[]? _grades;

    /// <summary>Makes the head with weights N(0, 1/width) from torch's global generator and zero bias.</summary>
    /// <param name="width">Width of the pooled vector.</param>
    /// <param name="config">Labels, kind and dropout.</param>
    public ClassificationHead(int width, ClassifierConfig config)
        : base(nameof(ClassificationHead))
    {
        ArgumentNullException.ThrowIfNull(config);
        _grades = config.Head == HeadKind.Graded ? [.. GradeScale.Of(config.Labels).Standardised.Select(grade => (float)grade)] : null;
        _dropout = nn.Dropout(config.HeadDropout);
        _projection = Initialization.Linear(width, _grades is null ? config.Labels.Count : 1);
        RegisterComponents();
    }

    /// <summary>[B, width] float to logits [B, L]: float32 of anything narrower, float64 of float64.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var scores = _projection.call(_dropout.call(input)); // [B, L], of grades [B, 1]

        // Losses, calibration and the settle rule need more than bf16's eight bits.
        scores = scores.dtype is ScalarType.Float32 or ScalarType.Float64 ? scores : scores.to(ScalarType.Float32);
        return (_grades is null ? scores : Grade(scores, _grades)).MoveToOuterDisposeScope();
    }

    // −½(s − ĝ)² + ½s² = s·ĝ − ½ĝ²: linear in s, so that neither a far score nor its gradient is squared.
    private static Tensor Grade(Tensor score, float[] standardised)
    {
        var grades = tensor(standardised, device: score.device); // [L]
        return (score * grades).PlusScaled(grades * grades, -0.5); // [B, L]
    }
}
