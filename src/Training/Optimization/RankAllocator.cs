using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>
/// Gives AdaLoRA's maps their ranks (Zhang et al. 2023, arXiv:2303.10512, section 3.2). Of every weight w of the factors, with its gradient g:
/// I = |w·g| (equation 8); Ī ← β₁Ī + (1 − β₁)I and Ū ← β₂Ū + (1 − β₂)|I − Ī| (equations 9 and 10); s = Ī·Ū (equation 11). A triplet's score is
/// s(λ) + mean s(column of P) + mean s(row of Q) (equation 7). The best b(t) of all maps together keep their λ, the others' becomes 0.
/// </summary>
/// <remarks>
/// As in PEFT, w is the weight after the step, g the gradient of that step, clipped, and Ī in Ū the new one; both β are 0.85. A λ of 0 goes on being moved, and comes back if its
/// triplet scores again, until the last cut: from then on the pattern stays. Of equal scores the earlier map's and column's wins, so that exactly b(t) are kept.
/// </remarks>
public sealed class RankAllocator : IDisposable
{
    private const double Beta1 = 0.85;
    private const double Beta2 = 0.85;
    private const string Importance = "importance";
    private const string Uncertainty = "uncertainty";
    private const string Kept = "kept";

    private readonly IReadOnlyList<SingularTriplets> _maps;
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    /// <summary>Takes charge of a classifier's ranks.</summary>
    /// <param name="classifier">On its device.</param>
    /// <param name="budget">For all its maps together, from <see cref="RanksOf"/>.</param>
    public RankAllocator(TextClassifier classifier, RankBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        _maps = SingularTriplets.Of(classifier);
        Budget = budget;
    }

    /// <summary>How many ranks there are after which step.</summary>
    public RankBudget Budget { get; }

    /// <summary>Everything a later process needs to go on, by name. Owned by the allocator.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Triplets of all maps of a classifier.</summary>
    public static int RanksOf(TextClassifier classifier) => SingularTriplets.Of(classifier).Sum(map => (int)map.Lambda.numel());

    /// <summary>Number of maps with triplets of a classifier.</summary>
    public static int MapsOf(TextClassifier classifier) => SingularTriplets.Of(classifier).Count;

    /// <summary>Sum of <see cref="SingularTriplets.Penalty"/> over all maps, a scalar with gradient in the current dispose scope.</summary>
    public Tensor Penalty()
    {
        using var scope = NewDisposeScope();
        return stack(_maps.Select(map => map.Penalty())).sum().MoveToOuterDisposeScope();
    }

    /// <summary>To be called after the optimizer's step, while the gradients are still there.</summary>
    /// <param name="step">Number of the step, from 1.</param>
    public void Update(long step)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        if (step > Budget.SettledStep)
        {
            HoldPattern();
            return;
        }

        foreach (var map in _maps)
        {
            Observe(map.Name + ".p", map.P);
            Observe(map.Name + ".lambda", map.Lambda);
            Observe(map.Name + ".q", map.Q);
        }

        if (Budget.IsCut(step))
        {
            Cut(Budget.At(step), settle: step == Budget.SettledStep);
        }
    }

    /// <summary>Takes over the state of a checkpoint.</summary>
    /// <param name="state">As <see cref="State"/> was; copied.</param>
    /// <exception cref="InvalidDataException">A name belongs to no map.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Clear();
        foreach (var (name, value) in state)
        {
            var map = _maps.FirstOrDefault(map => name.StartsWith(map.Name + ".", StringComparison.Ordinal))
                ?? throw new InvalidDataException($"The state '{name}' of the ranks belongs to no map of this model.");
            _state[name] = value.to(map.Lambda.device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void Observe(string name, Parameter weight)
    {
        var current = weight.grad is { } gradient ? (weight * gradient).abs() : zeros_like(weight);
        var importance = Slot(name, Importance, weight).ScaleInPlace(Beta1).AddScaledInPlace(current, 1 - Beta1);
        Slot(name, Uncertainty, weight).ScaleInPlace(Beta2).AddScaledInPlace((current - importance).abs(), 1 - Beta2);
    }

    private void Cut(int budget, bool settle)
    {
        float[][] scores = [.. _maps.Select(map => Scores(map).cpu().data<float>().ToArray())];
        var kept = scores.SelectMany((ofMap, map) => ofMap.Select((score, column) => (score, map, column)))
            .OrderByDescending(entry => entry.score).ThenBy(entry => entry.map).ThenBy(entry => entry.column)
            .Take(budget).Select(entry => (entry.map, entry.column)).ToHashSet();
        if (settle)
        {
            // Nothing is observed any more: the pattern alone is left to keep.
            Clear();
        }

        for (var map = 0; map < _maps.Count; map++)
        {
            var lambda = _maps[map].Lambda;
            var pattern = tensor([.. Enumerable.Range(0, (int)lambda.numel()).Select(column => kept.Contains((map, column)))], device: lambda.device);
            lambda.mul_(pattern);
            if (settle)
            {
                _state.Add($"{_maps[map].Name}.lambda.{Kept}", pattern.DetachFromDisposeScope());
            }
        }
    }

    // [r]
    private Tensor Scores(SingularTriplets map) =>
        Score(map.Name + ".lambda").Plus(Score(map.Name + ".p").mean([0])).Plus(Score(map.Name + ".q").mean([1]));

    private Tensor Score(string name) => _state[$"{name}.{Importance}"] * _state[$"{name}.{Uncertainty}"];

    private void HoldPattern()
    {
        foreach (var map in _maps)
        {
            map.Lambda.mul_(_state[$"{map.Name}.lambda.{Kept}"]);
        }
    }

    private Tensor Slot(string name, string slot, Tensor like)
    {
        var key = $"{name}.{slot}";
        if (!_state.TryGetValue(key, out var value))
        {
            value = zeros_like(like).DetachFromDisposeScope();
            _state.Add(key, value);
        }

        return value;
    }

    private void Clear()
    {
        foreach (var value in _state.Values)
        {
            value.Dispose();
        }

        _state.Clear();
    }
}
