using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Inference;

/// <summary>From logits to calibrated probabilities. Pure functions of numbers, computed in double precision.</summary>
public static class LabelProbabilities
{
    /// <summary>Softmax or sigmoid of logits / temperature.</summary>
    /// <param name="logits">One per label.</param>
    /// <param name="head">Which of the two.</param>
    /// <param name="temperature">Greater than 0 (Guo et al. 2017, arXiv:1706.04599).</param>
    /// <exception cref="ArithmeticException">A logit is infinite or NaN: the weights are broken.</exception>
    public static float[] Of(ReadOnlySpan<float> logits, HeadKind head, double temperature)
    {
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
            {
                throw new ArithmeticException($"The classifier's output holds {logit}; its weights are broken.");
            }
        }

        return head == HeadKind.MultiLabel ? Sigmoid(logits, temperature) : Softmax(logits, temperature);
    }

    /// <summary>In nats: of the distribution, or for several labels the mean of the binary entropies.</summary>
    public static double Entropy(ReadOnlySpan<float> probabilities, HeadKind head)
    {
        var sum = 0.0;
        foreach (var probability in probabilities)
        {
            sum += Term(probability);
            sum += head == HeadKind.MultiLabel ? Term(1.0 - probability) : 0;
        }

        return head == HeadKind.MultiLabel ? sum / probabilities.Length : sum;
    }

    /// <summary>Largest entry.</summary>
    public static float Top(ReadOnlySpan<float> probabilities)
    {
        var top = probabilities[0];
        foreach (var probability in probabilities)
        {
            top = Math.Max(top, probability);
        }

        return top;
    }

    /// <summary>‖left − right‖₁: 0 when both say the same, at most 2 for one label, at most L for several.</summary>
    /// <param name="left">One probability per label.</param>
    /// <param name="right">As many.</param>
    public static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += Math.Abs((double)left[i] - right[i]);
        }

        return sum;
    }

    private static float[] Softmax(ReadOnlySpan<float> logits, double temperature)
    {
        // The true maximum goes off first, so that the largest exponent is 0 and nothing overflows.
        double maximum = Top(logits);
        var exponentials = new double[logits.Length];
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            exponentials[i] = Math.Exp((logits[i] - maximum) / temperature);
            sum += exponentials[i];
        }

        return Array.ConvertAll(exponentials, exponential => (float)(exponential / sum));
    }

    private static float[] Sigmoid(ReadOnlySpan<float> logits, double temperature)
    {
        var probabilities = new float[logits.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            // exp of a negative number only: the other form overflows.
            var small = Math.Exp(-Math.Abs(logits[i] / temperature));
            probabilities[i] = (float)(logits[i] >= 0 ? 1 / (1 + small) : small / (1 + small));
        }

        return probabilities;
    }

    private static double Term(double probability) => probability > 0 ? -probability * Math.Log(probability) : 0;
}
