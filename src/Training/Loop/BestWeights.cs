using FeedbackService.Model.Classification;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>The weights of the best evaluation so far, and how long ago it was. Higher macro-F1 is better; ties keep the earlier.</summary>
internal sealed class BestWeights(int patience) : IDisposable
{
    private Dictionary<string, Tensor>? _weights;

    /// <summary>Step of the best evaluation; 0 before the first.</summary>
    public long Step { get; private set; }

    /// <summary>Its macro-F1; -1 before the first.</summary>
    public double MacroF1 { get; private set; } = -1;

    /// <summary>Evaluations in a row since then.</summary>
    public int WithoutGain { get; private set; }

    /// <summary>The weights; null before the first evaluation.</summary>
    public IReadOnlyDictionary<string, Tensor>? Weights => _weights;

    /// <summary>So many evaluations in a row were not better that going on is not worth it.</summary>
    public bool PatienceIsOver => patience > 0 && WithoutGain >= patience;

    /// <summary>Takes in an evaluation.</summary>
    /// <returns>Whether it is the best so far.</returns>
    public bool Offer(TextClassifier model, long step, double macroF1)
    {
        if (macroF1 <= MacroF1)
        {
            WithoutGain++;
            return false;
        }

        Set(step, macroF1, 0, ModelWeights.Snapshot(model));
        return true;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="weights">Owned from now on; null before the first evaluation.</param>
    public void Set(long step, double macroF1, int withoutGain, Dictionary<string, Tensor>? weights)
    {
        Dispose();
        (Step, MacroF1, WithoutGain, _weights) = (step, macroF1, withoutGain, weights);
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
