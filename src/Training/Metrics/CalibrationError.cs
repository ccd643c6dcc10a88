namespace FeedbackService.Training.Metrics;

/// <summary>
/// Expected calibration error: how far stated probabilities are from observed frequencies, weighted by how often they are stated.
/// Naeini, Cooper, Hauskrecht 2015; Guo et al. 2017, arXiv:1706.04599, equation 3: sum over bins of |bin| / n · |accuracy - confidence|.
/// </summary>
/// <remarks>15 bins of equal width, ((m-1)/15, m/15], as in Guo et al.; a probability of 0 belongs to the first.</remarks>
public sealed class CalibrationError
{
    /// <summary>Number of bins.</summary>
    public const int BinCount = 15;

    private readonly double[] _confidence = new double[BinCount];
    private readonly long[] _right = new long[BinCount];
    private long _total;

    /// <summary>The error so far in [0, 1]; 0 when nothing was added.</summary>
    public double Value => _total == 0
        ? 0
        : Enumerable.Range(0, BinCount).Sum(bin => Math.Abs(_right[bin] - _confidence[bin])) / _total;

    /// <summary>Counts one statement.</summary>
    /// <param name="confidence">Stated probability in [0, 1].</param>
    /// <param name="right">Whether it came true.</param>
    public void Add(double confidence, bool right)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * BinCount) - 1, 0, BinCount - 1);
        _confidence[bin] += confidence;
        _right[bin] += right ? 1 : 0;
        _total++;
    }
}
