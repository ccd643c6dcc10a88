using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Objectives;

/// <summary>One level of a <see cref="LabelTaxonomy"/> as tensors: M nodes of one or more of the L labels each.</summary>
internal sealed class LabelLevel : IDisposable
{
    private readonly int _nodes;
    private readonly Tensor _nodeOfLabel; // [L] int64
    private readonly Tensor _members; // [M·S] int64, labels of each node; nodes of fewer than S are filled up
    private readonly Tensor _filling; // [M, S] bool

    /// <summary>Makes the tensors, which belong to the level.</summary>
    /// <param name="nodeOfLabel">From <see cref="LabelTaxonomy.NodesOf"/>.</param>
    /// <param name="device">Where the logits will be.</param>
    public LabelLevel(IReadOnlyList<int> nodeOfLabel, Device device)
    {
        var members = nodeOfLabel.Index().GroupBy(label => label.Item).OrderBy(node => node.Key).Select(node => node.Select(label => (long)label.Index).ToList()).ToList();
        var largest = members.Max(node => node.Count);
        _nodes = members.Count;
        _nodeOfLabel = tensor(nodeOfLabel.Select(node => (long)node).ToArray(), device: device).DetachFromDisposeScope();
        _members = tensor(members.SelectMany(node => node.Concat(Enumerable.Repeat(node[0], largest - node.Count))).ToArray(), device: device).DetachFromDisposeScope();
        _filling = tensor(members.SelectMany(node => Enumerable.Range(0, largest).Select(place => place >= node.Count)).ToArray(), [_nodes, largest], device: device).DetachFromDisposeScope();
    }

    /// <summary>
    /// Logits of the nodes, such that the probability of a node is the sum over its labels: softmax(ln Σ exp z) = Σ softmax(z).
    /// </summary>
    /// <param name="logits">[B, L] float.</param>
    /// <returns>[B, M] float.</returns>
    public Tensor Logits(Tensor logits) => logits.index_select(1, _members).view(logits.size(0), _nodes, -1) // [B, M, S]
        .MaskedFillWith(_filling, double.NegativeInfinity).logsumexp(-1);

    /// <summary>The node of each text's label. [B] int64 to [B] int64.</summary>
    public Tensor Targets(Tensor targets) => _nodeOfLabel.index_select(0, targets);

    /// <inheritdoc/>
    public void Dispose()
    {
        _nodeOfLabel.Dispose();
        _members.Dispose();
        _filling.Dispose();
    }
}
