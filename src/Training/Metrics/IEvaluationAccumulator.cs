namespace FeedbackService.Training.Metrics;

/// <summary>Collects predictions text by text and sums them up; how they were batched makes no difference.</summary>
public interface IEvaluationAccumulator
{
    /// <summary>Counts one text.</summary>
    /// <param name="probabilitiesPerRound">
    /// Calibrated probabilities of each round from 0, one per label; the last one is the answer. When fewer rounds were taken than the
    /// model has, the last counts for the missing ones.
    /// </param>
    /// <param name="truth">Indices of the true labels.</param>
    /// <exception cref="ArgumentException">A probability is not finite, or the numbers of labels or rounds do not fit.</exception>
    void Add(IReadOnlyList<float[]> probabilitiesPerRound, IReadOnlyList<int> truth);

    /// <summary>The figures of all texts so far.</summary>
    EvaluationReport ToReport();
}
