using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>One recurrent layer, one or both directions.</summary>
internal abstract class RecurrentLayer(string name) : nn.Module(name)
{
    /// <summary>Rows [N, H] float to rows [N, H] float, in the current dispose scope.</summary>
    public abstract TokenBatch Run(TokenBatch states);
}
