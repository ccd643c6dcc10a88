namespace FeedbackService.Training.Metrics;

/// <summary>
/// Fits the temperature T that makes softmax(z / T) honest on validation data, by its likelihood. One parameter, so the ranking of
/// labels and the accuracy stay as they are. Guo, Pleiss, Sun, Weinberger 2017, arXiv:1706.04599, section 4.2.
/// </summary>
/// <remarks>
/// Differs from Guo et al. in the targets: like Platt (1999) they are smoothed by one example in n + 2. Otherwise a small validation part
/// that is classified without a mistake would ask for T → 0, and every answer would be given with probability 1.
/// </remarks>
public static class TemperatureScaling
{
    /// <summary>Smallest temperature.</summary>
    public const double Lowest = 0.05;

    /// <summary>Largest temperature.</summary>
    public const double Highest = 20;

    private const int MaxIterations = 60;
    private const double Tolerance = 1e-7;

    /// <summary>Temperature for one label per text; 1 when there is no example.</summary>
    /// <param name="logits">Logits of each text in one round, one per label.</param>
    /// <param name="truths">Index of the true label of each text.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a logit is not finite.</exception>
    public static double Fit(IReadOnlyList<float[]> logits, IReadOnlyList<int> truths)
    {
        Check(logits, truths.Count);
        double smoothing = 1.0 / (logits.Count + 2);
        return Minimize(logits.Count, (text, beta) => Softmax(logits[text], truths[text], smoothing, beta));
    }

    /// <summary>Temperature for several labels per text, where sigmoid(z / T) is used; 1 when there is no example.</summary>
    /// <param name="logits">Logits of each text in one round, one per label.</param>
    /// <param name="truths">Indices of the true labels of each text.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a logit is not finite.</exception>
    public static double FitMultiLabel(IReadOnlyList<float[]> logits, IReadOnlyList<IReadOnlyList<int>> truths)
    {
        Check(logits, truths.Count);
        double smoothing = 1.0 / (logits.Count + 2);
        return Minimize(logits.Count, (text, beta) => Sigmoid(logits[text], truths[text], smoothing, beta));
    }

    // Newton in β = 1/T, where the loss is convex, kept inside a bracket by bisection.
    private static double Minimize(int count, Func<int, double, (double Slope, double Curvature)> derivatives)
    {
        if (count == 0)
        {
            return 1;
        }

        double low = 1 / Highest;
        double high = 1 / Lowest;
        double beta = 1;
        for (int i = 0; i < MaxIterations; i++)
        {
            double slope = 0;
            double curvature = 0;
            for (int text = 0; text < count; text++)
            {
                (double first, double second) = derivatives(text, beta);
                slope += first;
                curvature += second;
            }

            (low, high) = slope > 0 ? (low, beta) : (beta, high);
            double next = curvature > 0 ? beta - (slope / curvature) : (slope > 0 ? low : high);
            next = next > low && next < high ? next : (low + high) / 2;
            if (slope == 0 || Math.Abs(next - beta) < Tolerance * beta)
            {
                break;
            }

            beta = next;
        }

        return Math.Clamp(1 / beta, Lowest, Highest);
    }

    // d/dβ of log Σ exp(β z) - β target·z = E[z] - target·z; the second derivative is the variance of z.
    private static (double Slope, double Curvature) Softmax(float[] z, int truth, double smoothing, double beta)
    {
        double largest = z.Max();
        double sum = 0;
        double mean = 0;
        double square = 0;
        double average = 0;
        foreach (float logit in z)
        {
            // Relative to the largest logit: neither the exponentials overflow nor the variance loses its digits.
            double shifted = logit - largest;
            double weight = Math.Exp(beta * shifted);
            sum += weight;
            mean += weight * shifted;
            square += weight * shifted * shifted;
            average += shifted / z.Length;
        }

        mean /= sum;
        double target = ((1 - smoothing) * (z[truth] - largest)) + (smoothing * average);
        return (mean - target, Math.Max(0, (square / sum) - (mean * mean)));
    }

    private static (double Slope, double Curvature) Sigmoid(float[] z, IReadOnlyList<int> truth, double smoothing, double beta)
    {
        double slope = 0;
        double curvature = 0;
        for (int label = 0; label < z.Length; label++)
        {
            double probability = 1 / (1 + Math.Exp(-beta * z[label]));
            double target = truth.Contains(label) ? 1 - (smoothing / 2) : smoothing / 2;
            slope += (probability - target) * z[label];
            curvature += probability * (1 - probability) * z[label] * z[label];
        }

        return (slope, curvature);
    }

    private static void Check(IReadOnlyList<float[]> logits, int truths)
    {
        if (logits.Count != truths)
        {
            throw new ArgumentException($"{logits.Count} rows of logits, but {truths} truths.", nameof(logits));
        }

        if (!logits.All(row => row.All(float.IsFinite)))
        {
            throw new ArgumentException("A logit is not a finite number; the model has diverged.", nameof(logits));
        }
    }
}
