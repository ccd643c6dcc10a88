using System.Globalization;

namespace FeedbackService.ServingBenchmark.Service;

/// <summary>What <c>/metrics</c> says at a moment.</summary>
internal sealed class Scrape
{
    private readonly Dictionary<string, double> _samples;

    private Scrape(Dictionary<string, double> samples) => _samples = samples;

    /// <summary>Value of a series, with its labels as they are written.</summary>
    public double this[string series] => _samples[series];

    /// <summary>Reads all of it.</summary>
    public static async Task<Scrape> TakeAsync(HttpClient http)
    {
        var text = await http.GetStringAsync("/metrics");
        return new Scrape(text.Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => (Line: line, Space: line.LastIndexOf(' ')))
            .ToDictionary(line => line.Line[..line.Space], line => double.Parse(line.Line[(line.Space + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal));
    }
}
