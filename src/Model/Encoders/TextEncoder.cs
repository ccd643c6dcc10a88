using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders;

/// <summary>An encoder as the classifier sees it: embed once, then run any run of layers, so that a feedback round can re-enter in the middle.</summary>
public abstract class TextEncoder : nn.Module
{
    /// <summary>Registers the module under <paramref name="name"/>.</summary>
    protected TextEncoder(string name)
        : base(name)
    {
    }

    /// <summary>Width H of the token states.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Number of layers L.</summary>
    public abstract int LayerCount { get; }

    /// <summary>Lets the encoder leave tokens out in training (token dropout), before anything is laid out.</summary>
    /// <returns>The same texts in the same order, each with at least one token; <paramref name="tokens"/> itself in evaluation.</returns>
    public virtual PackedTokens Thin(PackedTokens tokens) => tokens;

    /// <summary>Puts the encoder into the mode of a part that does not learn while others do: nothing random, but gradients pass.</summary>
    public virtual void TrainAsFixedMap() => eval();

    /// <summary>Embedding output X0 of all tokens.</summary>
    /// <param name="tokens">N tokens of B texts.</param>
    /// <param name="layout">The layout of <paramref name="tokens"/> on the encoder's device.</param>
    /// <returns>Rows [N, H] float.</returns>
    public abstract TokenBatch Embed(PackedTokens tokens, TokenLayout layout);

    /// <summary>Runs layers <paramref name="fromLayer"/>+1 … <paramref name="toLayer"/>.</summary>
    /// <param name="states">Output of layer <paramref name="fromLayer"/> (0 = embedding output). Rows [N, H] float.</param>
    /// <param name="fromLayer">0 … L.</param>
    /// <param name="toLayer"><paramref name="fromLayer"/> … L; equal means the states come back as they are.</param>
    /// <returns>Output of layer <paramref name="toLayer"/>. Rows [N, H] float.</returns>
    public abstract TokenBatch Encode(TokenBatch states, int fromLayer, int toLayer);
}
