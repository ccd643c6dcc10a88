using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Heads;

/// <summary>Pooled text vectors to logits: W·dropout(x) + b.</summary>
public sealed class ClassificationHead : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    /// <summary>Makes the head with weights N(0, 1/width) from torch's global generator and zero bias.</summary>
    /// <param name="width">Width of the pooled vector.</param>
    /// <param name="labels">L.</param>
    /// <param name="dropout">Probability in [0, 1).</param>
    public ClassificationHead(int width, int labels, double dropout)
        : base(nameof(ClassificationHead))
    {
        _dropout = nn.Dropout(dropout);
        _projection = Initialization.Linear(width, labels);
        RegisterComponents();
    }

    /// <summary>[B, width] float to logits [B, L]: float32 of anything narrower, float64 of float64.</summary>
    public override Tensor forward(Tensor input)
    {
        using var dropped = _dropout.call(input);
        var logits = _projection.call(dropped);
        if (logits.dtype is ScalarType.Float32 or ScalarType.Float64)
        {
            return logits;
        }

        // Losses, calibration and the settle rule need more than bf16's eight bits.
        using (logits)
        {
            return logits.to(ScalarType.Float32);
        }
    }
}
