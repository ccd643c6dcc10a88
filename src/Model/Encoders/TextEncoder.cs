using System.Globalization;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders;

/// <summary>An encoder as the classifier sees it: embed once, then run any run of layers, so that a feedback round can re-enter in the middle.</summary>
/// <remarks>For freezing and for rates it is a stack of blocks: block 0 is the embedding, block l layer l; what follows the last layer, such as a final norm, belongs to block L.</remarks>
public abstract class TextEncoder : nn.Module
{
    private const string Layers = "layers.";
    private const string FinalNorm = "final_norm.";

    /// <summary>Registers the module under <paramref name="name"/>.</summary>
    protected TextEncoder(string name)
        : base(name)
    {
    }

    /// <summary>Width H of the token states.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Number of layers L.</summary>
    public abstract int LayerCount { get; }

    /// <summary>The table with a vector per token id, for heads that are tied to it; null where there is none to tie to. [V, H] float, owned by the encoder.</summary>
    public virtual Tensor? TokenTable => null;

    /// <summary>Lets the encoder leave tokens out in training (token dropout), before anything is laid out.</summary>
    /// <returns>The same texts in the same order, each with at least one token; <paramref name="tokens"/> itself in evaluation.</returns>
    public virtual PackedTokens Thin(PackedTokens tokens) => tokens;

    /// <summary>Lowest blocks that do not learn: 0 (default) for none, L + 1 for all.</summary>
    public int FrozenBlocks { get; private set; }

    /// <summary>The block that a parameter belongs to.</summary>
    /// <param name="name">In the state dictionary of the encoder.</param>
    public int BlockOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(Layers, StringComparison.Ordinal) ? 1 + int.Parse(name.AsSpan(Layers.Length, name.IndexOf('.', Layers.Length) - Layers.Length), CultureInfo.InvariantCulture)
            : name.StartsWith(FinalNorm, StringComparison.Ordinal) ? LayerCount
            : 0;
    }

    /// <summary>
    /// Makes the lowest blocks a fixed map, and all others ones that learn: no gradient for the weights of the former, and in training nothing random in them. Gradients
    /// pass through them all the same.
    /// </summary>
    /// <param name="blocks">0 … L + 1.</param>
    public void Freeze(int blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, LayerCount + 1);
        FrozenBlocks = blocks;
        foreach (var (name, parameter) in named_parameters())
        {
            parameter.requires_grad = BlockOf(name) >= blocks;
        }

        train(training);
    }

    /// <inheritdoc/>
    public override void train(bool on = true)
    {
        base.train(on);
        if (on && FrozenBlocks > 0)
        {
            QuietFrozenBlocks();
        }
    }

    /// <summary>Puts the lowest <see cref="FrozenBlocks"/> blocks of an encoder in training into a mode in which nothing is random.</summary>
    protected abstract void QuietFrozenBlocks();

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
