using System.Globalization;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>Measures and prints, table by table, in Markdown.</summary>
internal sealed class Report(Arguments asked, IReadOnlyList<ComputePrecision> precisions)
{
    private const double Tera = 1e12;
    private const int Texts = 64;
    private const int TextsOfMeasured = 8;
    private const int LongestText = 48;

    /// <summary>Every model on the device against the CPU in float32.</summary>
    /// <returns>Whether all of them agree.</returns>
    public bool Compare(Device device, bool isBase)
    {
        Heading("Outputs against the CPU's in float32", "model | precision | largest difference of a logit, of the largest logit | same best label | within");
        var agrees = true;
        var same = precisions.ToDictionary(precision => precision, _ => new List<double>());
        foreach (var (name, config, count) in Shapes.Compared.Select(pair => (pair.Name, pair.Config, Texts)).Append(("the measured one", Shapes.Measured(isBase), TextsOfMeasured)))
        {
            var texts = Shapes.Texts(config, Enumerable.Range(0, count).Select(index => 1 + (index * 7 % LongestText)));
            var reference = Agreement.Run(config, texts, CPU, ComputePrecision.Float32);
            foreach (var precision in precisions)
            {
                var found = Agreement.Of(reference, Agreement.Run(config, texts, device, precision));
                same[precision].AddRange(Enumerable.Repeat(found.SameAnswer, count));
                agrees &= found.IsWithin(precision);
                Row(name, Name(precision), found.Difference.ToString("0.0e+0", CultureInfo.InvariantCulture), Percent(found.SameAnswer), found.IsWithin(precision) ? "yes" : "NO");
            }
        }

        Console.WriteLine();
        foreach (var (precision, shares) in same)
        {
            agrees &= shares.Average() >= Agreement.FewestSameAnswers;
            Console.WriteLine($"{Name(precision)}: the same best label for {Percent(shares.Average())} of the texts; at least {Percent(Agreement.FewestSameAnswers)} are wanted.");
        }

        return agrees;
    }

    /// <summary>Large square products in each precision.</summary>
    /// <returns>The rate that shares refer to: that of bfloat16, or of float32 where there is no other. Operations per second.</returns>
    public double MeasureProducts(Device device, Clock clock)
    {
        Heading(string.Create(CultureInfo.InvariantCulture, $"Matrix products, n = {ProductRate.SizeOn(device)}"), $"precision | TFLOP/s{OfPeakTitle}");
        var rate = 0.0;
        foreach (var precision in precisions)
        {
            rate = ProductRate.Measure(device, precision == ComputePrecision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32, clock);
            Row([Name(precision), Number(rate / Tera), .. OfPeak(rate)]);
        }

        return rate;
    }

    /// <summary>Plain passes.</summary>
    public void MeasureInference(Speed speed, bool isBase, double product) =>
        Measure("Inference", Shapes.Measured(isBase), Shapes.InferenceBatches(isBase), product, passes: 1, speed.OfInference);

    /// <summary>Whole steps.</summary>
    public void MeasureTraining(Speed speed, bool isBase, double product) =>
        Measure("Training", Shapes.Measured(isBase), Shapes.TrainingBatches(isBase), product, passes: 3, speed.OfTraining);

    private void Measure(
        string title, ClassifierConfig config, IReadOnlyList<(int Texts, int Tokens)> batches, double product, int passes, Func<ClassifierConfig, ComputePrecision, int, int, double?> perSecond)
    {
        Heading(title, $"precision | texts × tokens | texts/s | tokens/s | share of the {Name(precisions[^1])} product's rate{OfPeakTitle}");
        foreach (var precision in precisions)
        {
            foreach (var (texts, tokens) in batches)
            {
                var size = string.Create(CultureInfo.InvariantCulture, $"{texts} × {tokens}");
                if (perSecond(config, precision, texts, tokens) is not { } measured)
                {
                    Row([Name(precision), size, "out of memory", "", "", .. asked.PeakTera is null ? [] : new[] { "" }]);
                    continue;
                }

                var rate = measured * texts * passes * Shapes.Operations(config, tokens);
                Row([Name(precision), size, Number(measured * texts), Number(measured * texts * tokens), Percent(rate / product), .. OfPeak(rate)]);
            }
        }
    }

    private string OfPeakTitle => asked.PeakTera is { } peak ? string.Create(CultureInfo.InvariantCulture, $" | of the nominal {peak} TFLOP/s") : string.Empty;

    private string[] OfPeak(double rate) => asked.PeakTera is { } peak ? [Percent(rate / (peak * Tera))] : [];

    private static void Heading(string title, string columns)
    {
        Console.WriteLine($"\n## {title}\n\n| {columns} |");
        Row([.. Enumerable.Repeat("---", columns.Split(" | ").Length)]);
    }

    private static void Row(params ReadOnlySpan<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells!)} |");

    private static string Name(ComputePrecision precision) => precision.ToString().ToLowerInvariant();

    private static string Number(double value) => value.ToString(value < 100 ? "G3" : "F0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);
}
