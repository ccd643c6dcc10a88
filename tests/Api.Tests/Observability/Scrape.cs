using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Prometheus;

namespace FeedbackService.Api.Tests.Observability;

/// <summary>The answer of <c>/metrics</c>, read strictly: what is no comment must be a sample of a family that was announced.</summary>
internal sealed partial class Scrape
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, string> _help = [];
    private readonly Dictionary<string, double> _samples = [];

    private Scrape(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 4) is ["#", var what, var name, var value])
            {
                (what == "HELP" ? _help : _types).Add(name, value);
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.Contains(FamilyOf(sample.Groups[1].Value), _types);
            _samples.Add(sample.Groups[1].Value + sample.Groups[2].Value, double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Name → counter, gauge or histogram.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Name → meaning.</summary>
    public IReadOnlyDictionary<string, string> Help => _help;

    /// <summary>Name with labels → value.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    public double this[string series] => _samples[series];

    public static async Task<Scrape> TakeAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        return new Scrape(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static async Task<Scrape> TakeAsync(CollectorRegistry registry)
    {
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return new Scrape(Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <summary>Names of the labels of a family, in order; a histogram's own <c>le</c> left out.</summary>
    public IReadOnlyList<string> LabelsOf(string family) =>
        [.. LabelName().Matches(_samples.Keys.First(series => FamilyOf(series.Split('{')[0]) == family)).Select(match => match.Groups[1].Value).Where(label => label != "le")];

    private string FamilyOf(string name) =>
        _types.ContainsKey(name) ? name : HistogramSuffix().Replace(name, string.Empty);

    [GeneratedRegex("^([a-z_]+)(\\{[^}]*(?:\\{[^}]*\\}[^}]*)*\\})? (\\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex("([a-z_]+)=\"")]
    private static partial Regex LabelName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
