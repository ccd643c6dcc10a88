using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using FeedbackService.Testing;

namespace FeedbackService.Clients.Tests;

/// <summary>Runs each tour under npm/ once, in a Node.js process of its own, against the service.</summary>
public sealed partial class NpmTours
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "npm");

    private readonly ConcurrentDictionary<string, Task<TapReport>> _reports = new();

    /// <summary>Tours and their steps, as the sources name them.</summary>
    public static IEnumerable<(string Tour, string Step)> Steps() =>
        from path in Directory.EnumerateFiles(Folder, "*.test.mjs").Order(StringComparer.Ordinal)
        from Match step in StepName().Matches(File.ReadAllText(path))
        select (Path.GetFileName(path).Replace(".test.mjs", "", StringComparison.Ordinal), step.Groups[1].Value);

    /// <summary>The report of a tour; it runs when the first of its steps is asked for.</summary>
    public Task<TapReport> RunAsync(string tour, RunningService service, CancellationToken cancellationToken) =>
        _reports.GetOrAdd(tour, _ => StartAsync($"{tour}.test.mjs", service, cancellationToken));

    private static async Task<TapReport> StartAsync(string file, RunningService service, CancellationToken cancellationToken)
    {
        Assert.True(
            Directory.Exists(Path.Combine(Folder, "node_modules", "openai")),
            "The npm packages are not installed: install Node.js 18 or later with npm, then build tests/Clients.Tests again.");
        var start = new ProcessStartInfo("node", ["--import", "./node18.mjs", "--test-reporter=tap", file])
        {
            WorkingDirectory = Folder,
        };
        start.Environment["OPENAI_BASE_URL"] = service.BaseUrl.ToString();
        start.Environment["OPENAI_API_KEY"] = service.Key;
        try
        {
            var end = await ProcessEnd.OfAsync(start, Deadline, cancellationToken);
            return TapReport.Parse(end.Output, end.Error);
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("The npm tours need Node.js 18 or later as 'node' on PATH (Debian: apt-get install nodejs npm).");
        }
    }

    [GeneratedRegex(@"^test\('([^']+)'", RegexOptions.Multiline)]
    private static partial Regex StepName();
}
