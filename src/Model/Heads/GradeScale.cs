using System.Globalization;

namespace FeedbackService.Model.Heads;

/// <summary>
/// Labels read as numbers g_c, and put on a scale of their own, ĝ_c = (g_c − μ) / σ, with mean and standard deviation of the labels themselves: what a head has
/// to reach is then of order 1 whatever the labels' unit. Pure functions of numbers.
/// </summary>
public sealed class GradeScale
{
    private const double Largest = 1e9;

    // The square of anything far below would be 0.
    private const double Smallest = 1e-9;

    private readonly double _mean;
    private readonly double _deviation;

    private GradeScale(double[] grades)
    {
        Grades = grades;
        _mean = grades.Average();
        _deviation = Math.Sqrt(grades.Average(grade => (grade - _mean) * (grade - _mean)));
        Standardised = Array.ConvertAll(grades, grade => (grade - _mean) / _deviation);
        Offset = Standardised.Average(grade => grade * grade * grade) / 2;
    }

    /// <summary>g_c: the labels as numbers, in their order.</summary>
    public IReadOnlyList<double> Grades { get; }

    /// <summary>ĝ_c: mean 0, mean square 1.</summary>
    public IReadOnlyList<double> Standardised { get; }

    /// <summary>Half the mean of ĝ_c³, by which the score is found again in the logits: see <see cref="ScoreOf"/>.</summary>
    public double Offset { get; }

    /// <summary>Reads the labels of a classifier.</summary>
    /// <exception cref="FormatException">They are no grades; <see cref="Problem"/> says why.</exception>
    public static GradeScale Of(IReadOnlyList<string> labels) =>
        Problem(labels) is { } problem ? throw new FormatException(problem) : new GradeScale([.. labels.Select(Read)]);

    /// <summary>Why labels are no grades, naming the first that is not, in one sentence; null when they are: at least two, all different numbers of up to a billion, not too close to tell apart.</summary>
    /// <param name="labels">As written: digits, a sign, a point, an exponent; the same in every culture.</param>
    public static string? Problem(IReadOnlyCollection<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var seen = new Dictionary<double, string>();
        foreach (var label in labels)
        {
            if (!TryRead(label, out var grade))
            {
                return $"The label '{label}' is not a number.";
            }

            if (Math.Abs(grade) > Largest)
            {
                return $"The label '{label}' is beyond {Largest:N0}.";
            }

            if (!seen.TryAdd(grade, label))
            {
                return $"The labels '{seen[grade]}' and '{label}' are the same number.";
            }
        }

        return seen.Count < 2 ? "There are fewer than two labels."
            : seen.Keys.Max() - seen.Keys.Min() < Smallest ? $"All labels lie within {Smallest}: give them in a larger unit."
            : null;
    }

    /// <summary>Labels by their number, the lowest first.</summary>
    /// <param name="labels">Without a <see cref="Problem"/>.</param>
    public static IReadOnlyList<string> InOrder(IEnumerable<string> labels) => [.. labels.OrderBy(Read)];

    /// <summary>
    /// The score s behind logits z_c = s·ĝ_c − ½ĝ_c²: s = mean_c(ĝ_c·z_c) + ½·mean_c(ĝ_c³), for ĝ has mean square 1.
    /// </summary>
    /// <param name="logits">One per label.</param>
    public double ScoreOf(ReadOnlySpan<float> logits)
    {
        var sum = 0.0;
        for (var label = 0; label < logits.Length; label++)
        {
            sum += Standardised[label] * logits[label];
        }

        return (sum / logits.Length) + Offset;
    }

    /// <summary>The grade that logits stand for: the score in the labels' unit, s·σ + μ, held between the lowest and the highest label.</summary>
    /// <param name="logits">One per label.</param>
    public double GradeOf(ReadOnlySpan<float> logits) => Math.Clamp((ScoreOf(logits) * _deviation) + _mean, Grades.Min(), Grades.Max());

    private static double Read(string label) => TryRead(label, out var grade) ? grade : throw new FormatException($"The label '{label}' is not a number.");

    private static bool TryRead(string label, out double grade) =>
        double.TryParse(label, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out grade)
        && double.IsFinite(grade);
}
