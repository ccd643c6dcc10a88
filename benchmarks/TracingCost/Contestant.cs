using System.Globalization;
using FeedbackService.BatchUnderLoad;

namespace FeedbackService.TracingCost;

/// <summary>A running service under measurement.</summary>
/// <param name="name">What sets it apart.</param>
/// <param name="address">Where it listens.</param>
internal sealed class Contestant(string name, Uri address) : IDisposable
{
    private const string Cpu = "process_cpu_seconds_total ";

    private readonly HttpClient _http = new() { BaseAddress = address };

    public string Name { get; } = name;

    public Service Service { get; } = new(address);

    public List<Block> Blocks { get; } = [];

    /// <summary>Lets clients ask as fast as they are answered, and notes what it cost.</summary>
    public async Task<bool> MeasureAsync(Clients clients, TimeSpan duration)
    {
        var before = await CpuSecondsAsync();
        var measured = await clients.RunAsync(Name, duration, CancellationToken.None);
        var spent = await CpuSecondsAsync() - before;
        Blocks.Add(new Block(measured.PerSecond, spent * 1e6 / measured.Milliseconds.Count));
        return measured.IsSound;
    }

    public void Dispose()
    {
        _http.Dispose();
        Service.Dispose();
    }

    private async Task<double> CpuSecondsAsync()
    {
        var metrics = await _http.GetStringAsync("/metrics");
        return double.Parse(metrics.Split('\n').First(line => line.StartsWith(Cpu, StringComparison.Ordinal))[Cpu.Length..], CultureInfo.InvariantCulture);
    }
}
