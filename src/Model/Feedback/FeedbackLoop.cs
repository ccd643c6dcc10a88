using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Fusion;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>
/// What turns the prediction of round k−1 into the encoder's input of round k:
/// u = (p^{k−1} − p₀)·E_y, O = Fuse(H^{k−1}, Feedback(u, H^{k−1})), X^k = H_m + γ ⊙ (P·LN(O) + s_k).
/// </summary>
/// <remarks>
/// Single label: p = softmax(z), p₀ = 1/L. Several labels: p = sigmoid(z), p₀ = 1/2. Either way a prediction that says
/// nothing gives no signal. γ is the only factor that is zero at the start: the model then equals the plain one bit for
/// bit, and γ still has a gradient (as in ReZero, arXiv:2003.04887); a second zero factor would never start.
/// H_m keeps its graph in every round, so the losses of all rounds must be summed before one backward.
/// </remarks>
public sealed class FeedbackLoop : nn.Module
{
    private readonly FeedbackConfig _config;
    private readonly HeadKind _head;
    private readonly double _neutral;

    [ComponentName(Name = "label_embedding")]
    private readonly Parameter _labelEmbedding;

    [ComponentName(Name = "feedback")]
    private readonly FeedbackModule _feedback;

    [ComponentName(Name = "fusion")]
    private readonly FusionModule _fusion;

    [ComponentName(Name = "reentry")]
    private readonly Reentry? _reentry;

    /// <summary>Makes the loop with weights from torch's global generator.</summary>
    /// <param name="config">Kinds, rounds and re-entry.</param>
    /// <param name="feedback">Makes the signal. Owned by the loop.</param>
    /// <param name="fusion">Merges it. Owned by the loop.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="labels">L.</param>
    /// <param name="head">What the logits mean.</param>
    public FeedbackLoop(FeedbackConfig config, FeedbackModule feedback, FusionModule fusion, int hiddenSize, int labels, HeadKind head)
        : base(nameof(FeedbackLoop))
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _head = head;
        _neutral = head == HeadKind.MultiLabel ? 0.5 : 1.0 / labels;
        _feedback = feedback;
        _fusion = fusion;
        _labelEmbedding = Initialization.Normal(Initialization.SmallDeviation, labels, hiddenSize);
        _reentry = config.Inject == InjectKind.Residual ? new Reentry(hiddenSize, config.Rounds, config.InitialScale) : null;
        RegisterComponents();
    }

    /// <summary>Root mean square of the components of γ; null when states are replaced.</summary>
    public double? ScaleRms => _reentry?.ScaleRms;

    /// <summary>Computes the input of a feedback round of each text.</summary>
    /// <param name="rounds">The round of each text, 1 … K. Length B.</param>
    /// <param name="logits">z^{k−1}. [B, L] float.</param>
    /// <param name="states">H^{k−1}, encoder output of the previous round. Rows [N, H] float.</param>
    /// <param name="anchor">H_m, output of the re-entry layer in round 0. Rows [N, H] float.</param>
    /// <param name="toPrevious">Whether gradients pass to the previous round's logits and states. Default not.</param>
    public FeedbackStep Step(IReadOnlyList<int> rounds, Tensor logits, TokenBatch states, TokenBatch anchor, bool toPrevious = false)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(anchor);
        using var scope = NewDisposeScope();
        if (!toPrevious)
        {
            logits = logits.detach();
            states = states.With(states.Rows.detach());
        }

        var share = _head == HeadKind.MultiLabel ? logits.sigmoid() : logits.softmax(-1); // [B, L]
        if (training && _config.WrongPrediction > 0)
        {
            share = WrongPredictions.Mix(share, _config.WrongPrediction);
        }

        var signed = share.Minus(_neutral);
        if (training && _config.SignalDropout > 0)
        {
            // Whole texts, without rescaling: no signal is what a prediction that says nothing gives.
            signed *= rand([signed.size(0), 1], device: signed.device).IsAtLeast(_config.SignalDropout);
        }

        var prediction = signed.to(_labelEmbedding.dtype).matmul(_labelEmbedding); // u: [B, H]
        var signal = _feedback.Respond(prediction, states);
        var fused = _fusion.Fuse(states, signal);
        var input = _reentry is null ? fused.Rows : _reentry.Inject(rounds, anchor, fused.Rows);
        return new FeedbackStep(
            anchor.With(input.MoveToOuterDisposeScope()),
            signal.Attention?.MoveToOuterDisposeScope(),
            fused.Kept?.MoveToOuterDisposeScope());
    }
}
