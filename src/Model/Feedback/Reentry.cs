using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>
/// Where fused states enter the encoder again: X^k = H_m + γ ⊙ (P·LN(O) + s_k). The norm bounds the correction, so that
/// rounds cannot grow; H_m is added every round, so that the text is not forgotten.
/// </summary>
internal sealed class Reentry : nn.Module
{
    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    [ComponentName(Name = "round_embedding")]
    private readonly Parameter _roundEmbedding;

    [ComponentName(Name = "scale")]
    private readonly Parameter _scale;

    public Reentry(int hiddenSize, int rounds, double initialScale)
        : base(nameof(Reentry))
    {
        _norm = nn.LayerNorm(hiddenSize);
        _projection = Initialization.Linear(hiddenSize, hiddenSize, bias: false, Initialization.SmallDeviation);
        _roundEmbedding = Initialization.Normal(Initialization.SmallDeviation, rounds, hiddenSize);
        _scale = Initialization.Constant(initialScale, hiddenSize);
        RegisterComponents();
    }

    /// <summary>Root mean square of the components of γ.</summary>
    public double ScaleRms
    {
        get
        {
            using var scope = NewDisposeScope();
            return Math.Sqrt(_scale.detach().to(float32).cpu().data<float>().Average(component => (double)component * component));
        }
    }

    /// <summary>X^k of each text's round, 1 … K. Rows of <paramref name="anchor"/>, <paramref name="fused"/> and result [N, H] float.</summary>
    public Tensor Inject(IReadOnlyList<int> rounds, TokenBatch anchor, Tensor fused)
    {
        using var scope = NewDisposeScope();
        var correction = _projection.call(_norm.call(fused)).Plus(EmbeddingOf(rounds, anchor.Layout)); // [N, H]
        return anchor.Rows.Plus(_scale * correction).MoveToOuterDisposeScope();
    }

    // s_k: [H] where all texts are in one round, else [N, H].
    private Tensor EmbeddingOf(IReadOnlyList<int> rounds, TokenLayout layout)
    {
        if (rounds.All(round => round == rounds[0]))
        {
            return _roundEmbedding[rounds[0] - 1];
        }

        var ofText = tensor([.. rounds.Select(round => round - 1L)], device: layout.Device); // [B]
        return _roundEmbedding.index_select(0, ofText.index_select(0, layout.RowSequence));
    }
}
