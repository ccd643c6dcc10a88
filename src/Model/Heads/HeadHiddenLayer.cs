using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Randomness;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Heads;

/// <summary>A layer between the pooled vector and the logits: dropout(f(W·x + b)); seed item 4-12.</summary>
internal sealed class HeadHiddenLayer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    /// <summary>Makes the layer with weights N(0, 1/width) from torch's global generator and zero bias.</summary>
    public HeadHiddenLayer(int width, int size, ActivationKind activation, double dropout)
        : base(nameof(HeadHiddenLayer))
    {
        _projection = Initialization.Linear(width, size);
        _activation = new Activation(activation);
        _dropout = new RandomDropout(dropout);
        RegisterComponents();
    }

    /// <summary>[B, width] float to [B, size] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var projected = _projection.call(input);
        using var active = _activation.call(projected);
        return _dropout.call(active);
    }
}
