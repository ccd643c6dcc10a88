using System.Globalization;

namespace FeedbackService.Faults.Tests;

/// <summary>What a test has tried, for docs/reliability.md: a line in the file that <c>FEEDBACKSERVICE_FAULTS_REPORT</c> names, if any.</summary>
internal static class Report
{
    /// <summary>Adds a line.</summary>
    public static void Write(string test, string line)
    {
        if (Environment.GetEnvironmentVariable("FEEDBACKSERVICE_FAULTS_REPORT") is { Length: > 0 } path)
        {
            File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} {test}: {line}{Environment.NewLine}"));
        }
    }
}
