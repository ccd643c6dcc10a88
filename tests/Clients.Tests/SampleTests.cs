using System.Text.RegularExpressions;
using FeedbackService.Clients.Tests.OpenAi;
using FeedbackService.Samples;

namespace FeedbackService.Clients.Tests;

/// <summary>samples/clients: the C# one runs, and the README shows nothing else. The npm ones run as a tour.</summary>
public sealed partial class SampleTests(RunningService service)
{
    [Fact]
    public async Task OpenAiSample_FineTunesAndClassifies()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, OpenAiClients.Texts(), TestContext.Current.CancellationToken);
            var (model, label) = await OpenAiSample.RunAsync(service.BaseUrl, service.Key, path, "nuget-sample", "the match was won");
            Assert.Equal("nuget-sample:1", model);
            Assert.Contains(label, new[] { "sport", "money" });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void CodeInTheReadme_IsThatOfTheSamples()
    {
        var samples = string.Concat(Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "npm", "samples")).Select(File.ReadAllText));
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        var lines = CodeBlock().Matches(readme).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains(line, samples, StringComparison.Ordinal));
    }

    [GeneratedRegex("```(?:js|csharp)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
