using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>The weights of the best evaluation so far, and how long ago it was. Ties keep the earlier.</summary>
internal sealed class BestWeights(int patience) : IDisposable
{
    private Dictionary<string, Tensor>? _weights;

    /// <summary>Step of the best evaluation; 0 before the first.</summary>
    public long Step { get; private set; }

    /// <summary>Its <see cref="TaskEvaluation.Merit"/>; null before the first.</summary>
    public double? Merit { get; private set; }

    /// <summary>Evaluations in a row since then.</summary>
    public int WithoutGain { get; private set; }

    /// <summary>The weights; null before the first evaluation.</summary>
    public IReadOnlyDictionary<string, Tensor>? Weights => _weights;

    /// <summary>So many evaluations in a row were not better that going on is not worth it.</summary>
    public bool PatienceIsOver => patience > 0 && WithoutGain >= patience;

    /// <summary>Takes in an evaluation.</summary>
    /// <param name="model">As it was evaluated.</param>
    /// <param name="step">After which it was evaluated.</param>
    /// <param name="merit">Higher is better.</param>
    /// <returns>Whether it is the best so far.</returns>
    public bool Offer(nn.Module model, long step, double merit)
    {
        if (merit <= Merit)
        {
            WithoutGain++;
            return false;
        }

        Set(step, merit, 0, ModelWeights.Snapshot(model));
        return true;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="weights">Owned from now on; null before the first evaluation.</param>
    public void Set(long step, double? merit, int withoutGain, Dictionary<string, Tensor>? weights)
    {
        Dispose();
        (Step, Merit, WithoutGain, _weights) = (step, merit, withoutGain, weights);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in _weights?.Values.AsEnumerable() ?? [])
        {
            weight.Dispose();
        }

        _weights = null;
    }
}
