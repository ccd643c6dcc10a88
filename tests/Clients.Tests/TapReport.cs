using System.Text.RegularExpressions;

namespace FeedbackService.Clients.Tests;

/// <summary>What a run of Node's test runner said, in the Test Anything Protocol.</summary>
public sealed partial class TapReport
{
    private readonly Dictionary<string, (bool Passed, string Details)> _steps = [];

    private TapReport(string output) => Output = output;

    private string Output { get; }

    /// <summary>Reads the output of a run.</summary>
    public static TapReport Parse(string output, string errors)
    {
        var report = new TapReport(output + errors);
        // A verdict, and the indented lines of diagnosis up to the next line that is not.
        foreach (Match found in Verdict().Matches(output))
        {
            report._steps[found.Groups["name"].Value.Trim()] = (!found.Groups["not"].Success, found.Groups["details"].Value);
        }
        return report;
    }

    /// <summary>Whether the step ran and passed.</summary>
    public bool Passed(string step) => _steps.TryGetValue(step, out var found) && found.Passed;

    /// <summary>Why the step did not pass.</summary>
    public string About(string step) => _steps.TryGetValue(step, out var found) ? found.Details : $"The step did not run:{Environment.NewLine}{Output}";

    [GeneratedRegex(@"^(?<not>not )?ok \d+ - (?<name>[^#\n]+)[^\n]*\n(?<details>(?:  [^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Verdict();
}
