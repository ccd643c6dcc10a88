namespace FeedbackService.ServingBenchmark;

/// <summary>Folders of the source tree.</summary>
internal static class Places
{
    private const string Project = "FeedbackService.ServingBenchmark.csproj";

    /// <summary>The benchmark's own.</summary>
    public static string Home { get; } = FindHome();

    /// <summary>Trained classifiers, kept from run to run. Git ignores it.</summary>
    public static string Artifacts => Path.Combine(Home, "artifacts");

    /// <summary>The Node server.</summary>
    public static string Peer => Path.Combine(Home, "peer");

    /// <summary>File of the results.</summary>
    public static string Results(Settings settings) => Path.Combine(settings.Out ?? Path.Combine(Home, ".."), "RESULTS.md");

    /// <summary>File of the picture.</summary>
    public static string Picture(Settings settings) => Path.Combine(settings.Out ?? Path.Combine(Home, "..", "..", "docs", "serving"), "exit-threshold.svg");

    // From the output folder up to the project's.
    private static string FindHome()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, Project)))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Run it from the source tree.");
        }

        return folder.FullName;
    }
}
