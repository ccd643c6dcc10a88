using static TorchSharp.torch;

namespace FeedbackService.Training.Objectives;

/// <summary>What each round is taught: the whole label, or with a taxonomy the level of it that is the round's turn.</summary>
internal sealed class RoundObjective : IDisposable
{
    private readonly ClassificationObjective _objective;
    private readonly LabelTaxonomy? _taxonomy;
    private readonly IReadOnlyList<LabelLevel> _coarse;

    /// <summary>Puts the two together.</summary>
    /// <param name="objective">The loss of a round; stays the caller's.</param>
    /// <param name="taxonomy">Null to teach every round the whole label.</param>
    /// <param name="device">Where the logits will be.</param>
    public RoundObjective(ClassificationObjective objective, LabelTaxonomy? taxonomy, Device device)
    {
        _objective = objective;
        _taxonomy = taxonomy;
        _coarse = taxonomy is null ? [] : [.. Enumerable.Range(1, taxonomy.Depth - 1).Select(level => new LabelLevel(taxonomy.NodesOf(level), device))];
    }

    /// <summary>Level of each of rounds 0 … <paramref name="rounds"/>; null without a taxonomy.</summary>
    public IReadOnlyList<int>? LevelsOf(int rounds) => _taxonomy?.LevelsOf(rounds);

    /// <inheritdoc cref="ClassificationObjective.Targets"/>
    public Tensor Targets(IReadOnlyList<IReadOnlyList<int>> labels, int labelCount, Device device) => _objective.Targets(labels, labelCount, device);

    /// <summary>Mean loss of every round of a batch.</summary>
    /// <param name="logits">Of rounds 0 … K, each [B, L] float.</param>
    /// <param name="targets">From <see cref="Targets"/>.</param>
    /// <returns>K + 1 scalar tensors with gradient.</returns>
    public IReadOnlyList<Tensor> Losses(IReadOnlyList<Tensor> logits, Tensor targets)
    {
        var levels = LevelsOf(logits.Count - 1);
        return [.. logits.Select((round, number) => levels is null || levels[number] > _coarse.Count
            ? _objective.Loss(round, targets)
            : _objective.Loss(round, targets, _coarse[levels[number] - 1]))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var level in _coarse)
        {
            level.Dispose();
        }
    }
}
