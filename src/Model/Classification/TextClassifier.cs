using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Pooling;
using FeedbackService.Model.Tokenization;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Classification;

/// <summary>
/// The composition: encoder, pooling, head, and the feedback loop around them. Every round predicts. With an adapter the encoder's own weights have no gradient.
/// </summary>
public sealed class TextClassifier : nn.Module
{
    [ComponentName(Name = "encoder")]
    private readonly TextEncoder _encoder;

    [ComponentName(Name = "pooling")]
    private readonly SelfAttentionPooling? _pooling;

    [ComponentName(Name = "feedback_loop")]
    private readonly FeedbackLoop? _loop;

    [ComponentName(Name = "head")]
    private readonly ClassificationHead _head;

    internal TextClassifier(ClassifierConfig config, TextEncoder encoder, SelfAttentionPooling? pooling, FeedbackLoop? loop, ClassificationHead head)
        : base(nameof(TextClassifier))
    {
        Config = config;
        _encoder = encoder;
        _pooling = pooling;
        _loop = loop;
        _head = head;
        RegisterComponents();
        if (config.Adapter is not null)
        {
            AdapterParts.FreezeBase(this, config.Adapter);
        }
    }

    /// <summary>What the classifier was made from.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>The encoder. Owned by the classifier.</summary>
    public TextEncoder Encoder => _encoder;

    /// <summary>Number of feedback rounds K after the plain pass; 0 without feedback.</summary>
    public int MaxRounds => Config.Feedback?.Rounds ?? 0;

    /// <summary>Root mean square of the components of the feedback scale γ; null without feedback, and when states are replaced.</summary>
    public double? FeedbackScaleRms => _loop?.ScaleRms;

    /// <summary>The encoder's weights stay as they are, and it runs without dropout in training too.</summary>
    public bool IsEncoderFrozen => _encoder.FrozenBlocks > _encoder.LayerCount;

    private int ReentryLayer => Config.Feedback?.ReentryLayer ?? _encoder.LayerCount;

    /// <summary>Makes the encoder a fixed map: no gradient for its weights, no dropout. Gradients still pass through it, from later rounds to the feedback loop.</summary>
    public void FreezeEncoder() => FreezeBlocks(_encoder.LayerCount + 1);

    /// <summary>Makes the lowest blocks of the encoder a fixed map, and lets all others learn.</summary>
    /// <param name="blocks">0 … L + 1: 1 is the embedding alone, 1 + l the embedding and l layers.</param>
    /// <exception cref="InvalidOperationException">There is an adapter, which decides what learns.</exception>
    public void FreezeBlocks(int blocks)
    {
        if (Config.Adapter is not null)
        {
            throw new InvalidOperationException("The classifier has an adapter, which decides what of the encoder learns.");
        }

        _encoder.Freeze(blocks);
    }

    /// <summary>
    /// Rounds the weights of encoder, pooling and feedback loop to the element type that is to be computed in; there is no way back. The head keeps float32, in which
    /// logits are. No optimizer may hold the parameters: they may be replaced.
    /// </summary>
    public void ComputeIn(ComputePrecision precision)
    {
        _encoder.RoundTo(precision);
        _pooling?.RoundTo(precision);
        _loop?.RoundTo(precision);
    }

    /// <inheritdoc/>
    public override void train(bool on = true)
    {
        base.train(on);

        // Whether or not the base reaches it by its own way: the encoder has a say in its mode.
        _encoder.train(on);
    }

    /// <summary>Logits of every round. Sum the losses of all rounds before one backward: rounds share graph.</summary>
    /// <param name="tokens">B texts.</param>
    /// <param name="device">Where the parameters are.</param>
    /// <param name="rounds">0 … <see cref="MaxRounds"/>.</param>
    /// <returns>Logits of rounds 0 … <paramref name="rounds"/>, each [B, L] float32 (float64 of a classifier in float64), in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many rounds.</exception>
    public IReadOnlyList<Tensor> Forward(PackedTokens tokens, Device device, int rounds)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, MaxRounds);
        using var scope = NewDisposeScope();
        tokens = _encoder.Thin(tokens);
        using var layout = new TokenLayout(tokens.Lengths, device);
        var logits = new List<Tensor>(rounds + 1);
        foreach (var state in Rounds(tokens, layout, rounds))
        {
            logits.Add(state.Logits);
        }

        return logits.ConvertAll(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>All rounds, with what each does to the encoder's input.</summary>
    /// <param name="tokens">B texts.</param>
    /// <param name="device">Where the parameters are.</param>
    /// <returns>Rounds 0 … <see cref="MaxRounds"/>, in the caller's dispose scope.</returns>
    public IReadOnlyList<ObservedRound> Observe(PackedTokens tokens, Device device)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        tokens = _encoder.Thin(tokens);
        using var layout = new TokenLayout(tokens.Lengths, device);
        var observed = new List<ObservedRound>(MaxRounds + 1);
        foreach (var state in Rounds(tokens, layout, MaxRounds))
        {
            var change = state.Step is { } step && Config.Feedback?.Inject == InjectKind.Residual ? RelativeChange.Of(step.Input, state.Anchor) : null;
            observed.Add(new ObservedRound(state.Logits, change, state.States.Solution));
        }

        return observed.ConvertAll(round => round with { Logits = round.Logits.MoveToOuterDisposeScope(), RelativeChange = round.RelativeChange?.MoveToOuterDisposeScope() });
    }

    /// <summary>The plain pass. Tensors of the result belong to the current dispose scope.</summary>
    internal RoundState Begin(PackedTokens tokens, TokenLayout layout)
    {
        var anchor = Anchor(tokens, layout);
        return Conclude([.. Enumerable.Repeat(0, layout.Count)], anchor, anchor, null);
    }

    /// <summary>The round after <paramref name="previous"/>. Tensors of the result belong to the current dispose scope.</summary>
    /// <param name="previous">Where the batch stands.</param>
    /// <param name="toPrevious">Whether gradients pass to it.</param>
    internal RoundState Next(RoundState previous, bool toPrevious = false)
    {
        int[] rounds = [.. previous.Rounds.Select(round => round + 1)];
        var step = Step(previous, rounds, toPrevious);
        return Conclude(rounds, previous.Anchor, step.Input, step);
    }

    /// <summary>
    /// The next round of each text of <paramref name="previous"/> and the plain pass of others that join them, in one run through the layers after the
    /// re-entry layer. Tensors of the result belong to the current dispose scope.
    /// </summary>
    /// <param name="previous">Where the batch stands.</param>
    /// <param name="joining">One text or more.</param>
    /// <param name="layout">Of the texts of <paramref name="previous"/> and then those of <paramref name="joining"/>.</param>
    internal RoundState Next(RoundState previous, PackedTokens joining, TokenLayout layout)
    {
        int[] rounds = [.. previous.Rounds.Select(round => round + 1)];
        var step = Step(previous, rounds, toPrevious: false);
        using var own = new TokenLayout(joining.Lengths, layout.Device);
        var anchor = Anchor(joining, own);
        return Conclude([.. rounds, .. Enumerable.Repeat(0, joining.Count)], previous.Anchor.Then(anchor, layout), step.Input.Then(anchor, layout), step);
    }

    private TokenBatch Anchor(PackedTokens tokens, TokenLayout layout) => _encoder.Encode(_encoder.Embed(tokens, layout), 0, ReentryLayer);

    private FeedbackStep Step(RoundState previous, IReadOnlyList<int> rounds, bool toPrevious)
    {
        var loop = _loop ?? throw new InvalidOperationException("The classifier has no feedback loop.");
        return loop.Step(rounds, previous.Logits, previous.States, previous.Anchor, toPrevious);
    }

    private RoundState Conclude(IReadOnlyList<int> rounds, TokenBatch anchor, TokenBatch input, FeedbackStep? step)
    {
        var states = _encoder.Encode(input, ReentryLayer, _encoder.LayerCount);
        return new RoundState(rounds, anchor, states, Predict(states), step);
    }

    // Round k is tied to round k − 1 by link k; of K links the last BackpropRounds pass gradients.
    private IEnumerable<RoundState> Rounds(PackedTokens tokens, TokenLayout layout, int rounds)
    {
        var state = Begin(tokens, layout);
        yield return state;
        for (var round = 1; round <= rounds; round++)
        {
            state = Next(state, toPrevious: round > rounds - Config.Feedback!.BackpropRounds);
            yield return state;
        }
    }

    private Tensor Predict(TokenBatch states)
    {
        using var pooled = _pooling is null ? TokenPooling.Pool(states, Config.Pooling) : _pooling.Pool(states);
        return _head.call(pooled);
    }
}
