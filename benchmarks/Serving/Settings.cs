using System.Globalization;

namespace FeedbackService.ServingBenchmark;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    /// <summary>How it is called.</summary>
    public const string Usage = """
        usage: DATA all|model|throughput|int8|latency|exit|overload|swap|soak|batch|training [options]
          DATA holds a folder per set with train.csv and test.csv.
          --set NAME                  the set (agnews)
          --preset ID                 a transformer (transformer)
          --epochs N                  of the trainings (what the preset says)
          --artifact FOLDER           a plain classifier that is trained already
          --feedback-artifact FOLDER  one with feedback rounds
          --texts N                   the first N texts of the test part (all)
          --repetitions N             of what is compared (5)
          --clients N                 that ask at once (64)
          --seconds N                 of overload and of swaps (30)
          --requests N                of the soak (200000)
          --out FOLDER                for RESULTS.md and the picture (benchmarks and docs/serving)
        """;

    /// <summary>Folder of the sets.</summary>
    public required string Data { get; init; }

    /// <summary>Which part is run, or all.</summary>
    public required string Section { get; init; }

    /// <summary>Folder below <see cref="Data"/>.</summary>
    public string Set { get; private init; } = "agnews";

    /// <summary>What is trained.</summary>
    public string Preset { get; private init; } = "transformer";

    /// <summary>Of the trainings; null for the preset's.</summary>
    public int? Epochs { get; private init; }

    /// <summary>A trained plain classifier; null to train one.</summary>
    public string? Artifact { get; private init; }

    /// <summary>A trained classifier with rounds; null to train one.</summary>
    public string? FeedbackArtifact { get; private init; }

    /// <summary>Texts of the test part at most.</summary>
    public int Texts { get; private init; } = int.MaxValue;

    /// <summary>Of what is compared.</summary>
    public int Repetitions { get; private init; } = 5;

    /// <summary>That ask at once.</summary>
    public int Clients { get; private init; } = 64;

    /// <summary>Of overload and of swaps.</summary>
    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of the soak.</summary>
    public int Requests { get; private init; } = 200_000;

    /// <summary>Where results go; null for their places in the tree.</summary>
    public string? Out { get; private init; }

    /// <summary>What is measured, for a heading: the preset and how long it was trained, or the names of the folders given.</summary>
    public string Models => Artifact is null && FeedbackArtifact is null ? Preset + (Epochs is { } epochs ? FormattableString.Invariant($" after {epochs} epochs") : "") : string.Join(" and ", new[] { Artifact, FeedbackArtifact }.OfType<string>().Select(Path.GetFileName));

    /// <summary>Folder of the set.</summary>
    public string SetFolder => Path.Combine(Data, Set);

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It says something else.</exception>
    public static Settings Parse(IReadOnlyList<string> args)
    {
        if (args.Count < 2 || args.Count % 2 != 0)
        {
            throw new FormatException("DATA, a section and options with a value each are needed.");
        }

        var settings = new Settings { Data = Path.GetFullPath(args[0]), Section = args[1] };
        for (var i = 2; i < args.Count; i += 2)
        {
            settings = settings.With(args[i], args[i + 1]);
        }

        return Directory.Exists(settings.SetFolder) ? settings : throw new FormatException($"There is no folder {settings.SetFolder}.");
    }

    private Settings With(string option, string value) => option switch
    {
        "--set" => this with { Set = value },
        "--preset" => this with { Preset = value },
        "--epochs" => this with { Epochs = Number(value) },
        "--artifact" => this with { Artifact = Path.GetFullPath(value) },
        "--feedback-artifact" => this with { FeedbackArtifact = Path.GetFullPath(value) },
        "--texts" => this with { Texts = Number(value) },
        "--repetitions" => this with { Repetitions = Number(value) },
        "--clients" => this with { Clients = Number(value) },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(value)) },
        "--requests" => this with { Requests = Number(value) },
        "--out" => this with { Out = Path.GetFullPath(value) },
        _ => throw new FormatException($"There is no option {option}."),
    };

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) is > 0 and var number
        ? number
        : throw new FormatException("Numbers are 1 and more.");
}
