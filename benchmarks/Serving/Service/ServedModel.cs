namespace FeedbackService.ServingBenchmark.Service;

/// <summary>The model that is asked for.</summary>
internal static class ServedModel
{
    /// <summary>Its name: what the alias <c>production</c> points at, else the newest version.</summary>
    public const string Name = "news";

    /// <summary>Address of a version.</summary>
    public static string Version(int version) => FormattableString.Invariant($"{Name}:{version}");
}
