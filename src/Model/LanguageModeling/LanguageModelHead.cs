using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.LanguageModeling;

/// <summary>
/// Token states to logits over the vocabulary (Devlin et al. 2019, arXiv:1810.04805, §3.1, as in their code): LN(f(W·h + b))·Eᵀ + c, where E is the encoder's own table of
/// tokens (Press and Wolf 2017, arXiv:1608.05859) and c a bias per token.
/// </summary>
/// <remarks>f and the norm's ε are the encoder's, but RoBERTa's f is always gelu. The table is lent at every call, so it is saved and trained once, with the encoder.</remarks>
public sealed class LanguageModelHead : nn.Module
{
    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    /// <summary>Makes the head on the CPU with weights N(0, 0.02²) from torch's global generator and zero biases.</summary>
    public LanguageModelHead(TransformerEncoderConfig encoder)
        : base(nameof(LanguageModelHead))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _projection = Initialization.Linear(encoder.HiddenSize, encoder.HiddenSize, deviation: Initialization.SmallDeviation);
        _activation = new Activation(encoder.Family == HuggingFaceFamily.Roberta ? ActivationKind.Gelu : encoder.Activation);
        _norm = nn.LayerNorm(encoder.HiddenSize, encoder.NormEpsilon);
        _bias = Initialization.Constant(0, encoder.VocabularySize);
        RegisterComponents();
    }

    /// <summary>Logits of some token states.</summary>
    /// <param name="states">[M, H] float.</param>
    /// <param name="table">E, a row per token. [V, H] float.</param>
    /// <returns>[M, V] of the states' dtype, in the caller's dispose scope.</returns>
    public Tensor Predict(Tensor states, Tensor table)
    {
        using var scope = NewDisposeScope();
        var features = _norm.call(_activation.call(_projection.call(states))); // [M, H]
        return nn.functional.linear(features, table, _bias).MoveToOuterDisposeScope();
    }
}
