using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>What a device says against what the CPU says in float32.</summary>
/// <param name="Difference">Largest difference of a logit, of any text and round, as a share of the largest logit.</param>
/// <param name="SameAnswer">Share of the texts with the same best label after the last round.</param>
internal sealed record Agreement(double Difference, double SameAnswer)
{
    /// <summary>Sums in another order, and feedback that carries their roundings on.</summary>
    public const double Float32Tolerance = 1e-4;

    /// <summary>A rounding to bfloat16 loses 2⁻⁹ of a number; a dozen layers and three rounds add up hundreds.</summary>
    public const double Bfloat16Tolerance = 0.1;

    /// <summary>Of all texts and models together: labels that lie closer than the difference may change places.</summary>
    public const double FewestSameAnswers = 0.95;

    /// <summary>Whether the difference is one that the precision explains.</summary>
    public bool IsWithin(ComputePrecision precision) => Difference <= (precision == ComputePrecision.Float32 ? Float32Tolerance : Bfloat16Tolerance);

    /// <summary>Logits of every round of some texts.</summary>
    public static float[][][] Run(ClassifierConfig config, IReadOnlyList<TokenizedText> texts, Device device, ComputePrecision precision)
    {
        using var backend = new TorchBackend(Models.Create(config), device, precision);
        using var run = backend.Start();
        run.Add(PackedTokens.Pack(texts));
        return [.. Enumerable.Range(0, 1 + (config.Feedback?.Rounds ?? 0)).Select(_ => run.Advance().Logits)];
    }

    /// <summary>Compares.</summary>
    /// <param name="reference">By round, text, label.</param>
    /// <param name="found">The same.</param>
    public static Agreement Of(float[][][] reference, float[][][] found)
    {
        var pairs = reference.SelectMany(round => round).SelectMany(text => text).Zip(found.SelectMany(round => round).SelectMany(text => text)).ToList();
        // NaN is no agreement, and Max would keep it.
        var difference = pairs.Max(pair => double.IsFinite(pair.Second) ? Math.Abs((double)pair.First - pair.Second) : double.PositiveInfinity);
        return new Agreement(
            difference / pairs.Max(pair => Math.Abs(pair.First)),
            reference[^1].Zip(found[^1]).Average(pair => Best(pair.First) == Best(pair.Second) ? 1.0 : 0));
    }

    private static int Best(float[] logits) => Array.IndexOf(logits, logits.Max());
}
