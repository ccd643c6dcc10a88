using System.Text.RegularExpressions;
using FeedbackService.Api.Tests.Hosting;

namespace FeedbackService.Api.Tests.Observability;

/// <summary>What docs/operations.md wants alerts on is in its table of metrics, which another test holds to the program.</summary>
public sealed partial class WatchedMetricTests
{
    [Fact]
    public void Alerts_AreOnMetricsThatExist()
    {
        var page = File.ReadAllText(Path.Combine(Dockerfile.Root, "docs", "operations.md"));
        var parts = page.Split("### What to watch");
        Assert.Equal(2, parts.Length);
        var watched = Name().Matches(parts[1].Split("\n## ")[0]).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(watched);
        Assert.All(watched, name => Assert.Contains($"| `{name}` |", parts[0], StringComparison.Ordinal));
    }

    [GeneratedRegex("(feedbackservice_[a-z_]+?)(?:_count|_sum|_bucket)?(?=[{)\\[ `])")]
    private static partial Regex Name();
}
