using System.Text.Json.Nodes;

namespace FeedbackService.Accuracy;

/// <summary>What a training came to. One line of the results.</summary>
internal sealed record RunResult
{
    /// <summary>Name of the study.</summary>
    public required string Study { get; init; }

    /// <summary>Name of the arm.</summary>
    public required string Arm { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Hyperparameters asked for, beyond the preset's.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Optimizer steps taken.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds of a processor for the training, its evaluations included, the reading of the files left out; with one thread the time it takes where nothing else runs.</summary>
    public required double Seconds { get; init; }

    /// <summary>Macro-F1 on the held-out part of the training file.</summary>
    public required double ValidationMacroF1 { get; init; }

    /// <summary>Which test texts each round got right: bits, base64, first text in the lowest bit of the first byte.</summary>
    public required IReadOnlyList<string> Right { get; init; }

    /// <summary>The report's account of each round on the held-out part: what it sets right and wrong, how much it changes; null in runs of before 2026-11-30.</summary>
    public JsonArray? Rounds { get; init; }

    /// <summary>Test texts.</summary>
    public required int Texts { get; init; }

    /// <summary>Threads of libtorch.</summary>
    public required int Threads { get; init; }

    /// <summary>Day of the run.</summary>
    public required string Date { get; init; }

    /// <summary>Round by round, whether each test text was right.</summary>
    public IReadOnlyList<bool[]> RightByRound() => [.. Right.Select(round => Unpack(round, Texts))];

    /// <summary>Share of right answers of each round.</summary>
    public IReadOnlyList<double> Accuracies() => [.. RightByRound().Select(round => round.Count(right => right) / (double)Texts)];

    /// <summary>Bits to text.</summary>
    public static string Pack(IReadOnlyList<bool> bits)
    {
        var bytes = new byte[(bits.Count + 7) / 8];
        for (var bit = 0; bit < bits.Count; bit++)
        {
            bytes[bit / 8] |= (byte)(bits[bit] ? 1 << (bit % 8) : 0);
        }

        return Convert.ToBase64String(bytes);
    }

    private static bool[] Unpack(string packed, int count)
    {
        var bytes = Convert.FromBase64String(packed);
        return [.. Enumerable.Range(0, count).Select(bit => (bytes[bit / 8] & (1 << (bit % 8))) != 0)];
    }
}
