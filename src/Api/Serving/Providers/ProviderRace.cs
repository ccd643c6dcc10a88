using System.Diagnostics;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Providers;

/// <summary>Lets two backends of one classifier compute the same texts in turn: one alone, and a batch of different lengths, as requests come. It warms both up too.</summary>
internal static class ProviderRace
{
    private const int Repetitions = 3;
    private static readonly int[] Alone = [32];
    private static readonly int[] Together = [12, 20, 26, 32, 38, 44, 52, 64];

    // A large model is not run again for the sake of a small difference.
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    /// <summary>How many times as long the second one takes, the mean of both loads.</summary>
    public static double Ratio(IClassifierBackend first, IClassifierBackend second)
    {
        var config = first.Config;
        return Math.Sqrt(new[] { Alone, Together }.Select(lengths => Ratio(first, second, MadeUpTexts.Pack(config, lengths))).Aggregate(1.0, (product, ratio) => product * ratio));
    }

    private static double Ratio(IClassifierBackend first, IClassifierBackend second, PackedTokens texts)
    {
        var (best, otherBest) = (double.MaxValue, double.MaxValue);
        Seconds(first, texts);
        Seconds(second, texts);
        var began = Stopwatch.GetTimestamp();
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            best = Math.Min(best, Seconds(first, texts));
            otherBest = Math.Min(otherBest, Seconds(second, texts));
            if (Stopwatch.GetElapsedTime(began) > Enough)
            {
                break;
            }
        }

        return otherBest / best;
    }

    private static double Seconds(IClassifierBackend backend, PackedTokens texts)
    {
        var began = Stopwatch.GetTimestamp();
        using var run = backend.Start();
        run.Add(texts);
        for (var round = 0; round <= (backend.Config.Feedback?.Rounds ?? 0); round++)
        {
            run.Advance();
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
