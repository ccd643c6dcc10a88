using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Objectives;

/// <summary>The loss of one round's logits.</summary>
/// <remarks>
/// Single label: softmax cross-entropy with label smoothing ε and class weights as in PyTorch: over the texts,
/// Σ [(1 − ε)·w_y·(−ln p_y) + ε/L·Σ_c w_c·(−ln p_c)] / Σ w_y; differs where the divisor is 0: texts that weigh nothing
/// have loss 0, not NaN. Multi-label: binary cross-entropy on logits, mean over texts and labels; smoothing pulls
/// targets to ½: t(1 − ε) + ε / 2; a label's weight scales its column. Graded: mean squared error Σ w_y·(s − ĝ_y)² / Σ w_y of the
/// score s that the logits are made of, against the standardised grade (<see cref="GradeScale"/>); there is nothing to smooth.
/// </remarks>
public sealed class ClassificationObjective : IDisposable
{
    // Below any sum of weights that means something.
    private const double SmallestWeight = 1e-12;

    private readonly HeadKind _head;
    private readonly double _smoothing;
    private readonly Tensor? _weights;
    private readonly GradeScale? _scale;
    private readonly Tensor? _grades;

    /// <summary>Makes the loss of a training.</summary>
    /// <param name="head">What the logits mean; graded only with <paramref name="labels"/>.</param>
    /// <param name="labelSmoothing">ε in [0, 1); without effect on grades.</param>
    /// <param name="classWeights">Weight per label in the order of the logits; null for 1 each.</param>
    /// <param name="device">Where the logits will be.</param>
    /// <param name="labels">Label names in the order of the logits: needed for grades, which are read from them.</param>
    /// <exception cref="FormatException">The labels of a graded head are no grades.</exception>
    public ClassificationObjective(HeadKind head, double labelSmoothing, IReadOnlyList<double>? classWeights, Device device, IReadOnlyList<string>? labels = null)
    {
        _head = head;
        _smoothing = labelSmoothing;
        _weights = classWeights is null
            ? null
            : tensor([.. classWeights.Select(weight => (float)weight)], device: device).DetachFromDisposeScope();
        if (head == HeadKind.Graded)
        {
            _scale = GradeScale.Of(labels ?? []);
            _grades = tensor([.. _scale.Standardised.Select(grade => (float)grade)], device: device).DetachFromDisposeScope();
        }
    }

    /// <summary>Mean loss of a batch.</summary>
    /// <param name="logits">[B, L] float.</param>
    /// <param name="targets">From <see cref="Targets"/>.</param>
    /// <returns>A scalar tensor with gradient.</returns>
    public Tensor Loss(Tensor logits, Tensor targets)
    {
        if (_head == HeadKind.SingleLabel)
        {
            if (_weights is null)
            {
                return nn.functional.cross_entropy(logits, targets, label_smoothing: _smoothing);
            }

            var sum = nn.functional.cross_entropy(logits, targets, weight: _weights, label_smoothing: _smoothing, reduction: nn.Reduction.Sum);
            return sum / _weights.index_select(0, targets).sum().ClampMin(SmallestWeight);
        }

        if (_scale is not null)
        {
            return SquaredError(logits, targets, _scale, _grades!);
        }

        var soft = _smoothing == 0 ? targets : targets.Times(1 - _smoothing).Plus(_smoothing / 2);
        return nn.functional.binary_cross_entropy_with_logits(logits, soft, weight: _weights);
    }

    /// <summary>
    /// Mean loss of a batch on a coarser level of the labels: −ln of the sum of the probabilities of the labels that share the right
    /// one's node. Smoothing spreads over the nodes; with class weights a text weighs what its whole label does.
    /// </summary>
    /// <param name="logits">[B, L] float, of a single-label head.</param>
    /// <param name="targets">From <see cref="Targets"/>.</param>
    /// <param name="level">The level.</param>
    /// <returns>A scalar tensor with gradient.</returns>
    internal Tensor Loss(Tensor logits, Tensor targets, LabelLevel level)
    {
        var (nodes, right) = (level.Logits(logits), level.Targets(targets));
        if (_weights is null)
        {
            return nn.functional.cross_entropy(nodes, right, label_smoothing: _smoothing);
        }

        var each = nn.functional.cross_entropy(nodes, right, label_smoothing: _smoothing, reduction: nn.Reduction.None); // [B]
        var weights = _weights.index_select(0, targets); // [B]
        return (each * weights).sum() / weights.sum().ClampMin(SmallestWeight);
    }

    /// <summary>The right answers of a batch as the loss wants them.</summary>
    /// <param name="labels">Label indices per text: exactly one, unless the head is multi-label.</param>
    /// <param name="labelCount">L.</param>
    /// <param name="device">Where the logits will be.</param>
    /// <returns>[B] int64 for one label per text, [B, L] float of 0 and 1 for multi-label.</returns>
    public Tensor Targets(IReadOnlyList<IReadOnlyList<int>> labels, int labelCount, Device device)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (_head != HeadKind.MultiLabel)
        {
            return tensor(labels.Select(one => (long)one[0]).ToArray(), device: device);
        }

        var rows = new float[labels.Count * labelCount];
        for (var text = 0; text < labels.Count; text++)
        {
            foreach (var label in labels[text])
            {
                rows[(text * labelCount) + label] = 1;
            }
        }

        return tensor(rows, [labels.Count, labelCount], device: device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights?.Dispose();
        _grades?.Dispose();
    }

    // The score comes back out of the logits as GradeScale.ScoreOf says, so that the rounds have logits alone in common with all else.
    private Tensor SquaredError(Tensor logits, Tensor targets, GradeScale scale, Tensor grades)
    {
        var scores = logits.matmul(grades).DividedBy(scale.Grades.Count).Plus(scale.Offset); // [B]
        var misses = scores - grades.index_select(0, targets); // [B]
        var errors = misses * misses;
        if (_weights is null)
        {
            return errors.mean();
        }

        var weights = _weights.index_select(0, targets);
        return (weights * errors).sum() / weights.sum().ClampMin(SmallestWeight);
    }
}
