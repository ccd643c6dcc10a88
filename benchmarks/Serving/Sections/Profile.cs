using System.Globalization;
using System.Text;
using FeedbackService.ServingBenchmark.Contestants;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>
/// What threads of the service spend their time on. Models run on the thread <c>inference</c>, whose name libtorch's own threads inherit, and on those of ONNX Runtime, <c>inference-onnx</c>; requests
/// are read, tokenized and answered on those of the pool.
/// </summary>
internal sealed class Profile(ServiceProcess service) : IDisposable
{
    private const string Inference = "inference";
    private const string Tokenized = "feedbackservice_classify_tokenize_seconds_sum{priority=\"interactive\"}";
    private const string Computed = "feedbackservice_classify_compute_seconds_sum{priority=\"interactive\"}";

    private readonly HttpClient _http = new() { BaseAddress = service.Address };
    private readonly Dictionary<string, double> _seconds = new(StringComparer.Ordinal);
    private double _cpu;
    private double _elapsed;
    private double _tokenizing;
    private double _computing;

    /// <summary>Share of the CPU time that is not the model's; NaN where the system does not tell.</summary>
    public double ShareBesideInference => _seconds.ContainsKey(Inference)
        ? 1 - (_seconds.Where(thread => thread.Key.StartsWith(Inference, StringComparison.Ordinal)).Sum(thread => thread.Value) / _cpu)
        : double.NaN;

    /// <summary>Watches a turn.</summary>
    public async Task<Pass> WatchAsync(Func<Task<Pass>> turn)
    {
        var scraped = await Scrape.TakeAsync(_http);
        var (threads, cpu, began) = (ThreadTimes.Read(service.Id), service.Cpu, TimeProvider.System.GetTimestamp());
        var pass = await turn();
        _elapsed += TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        _cpu += (service.Cpu - cpu).TotalSeconds;
        foreach (var (name, seconds) in ThreadTimes.Read(service.Id).Since(threads))
        {
            _seconds[name] = _seconds.GetValueOrDefault(name) + seconds;
        }

        var after = await Scrape.TakeAsync(_http);
        _tokenizing += after[Tokenized] - scraped[Tokenized];
        _computing += after[Computed] - scraped[Computed];
        return pass;
    }

    /// <summary>A table.</summary>
    public string Describe(string load)
    {
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"{load}, all turns: {_cpu:F1} s of CPU time in {_elapsed:F1} s. By thread, from `/proc/PID/task/*/stat`:")
            .AppendLine()
            .AppendLine("| threads | CPU seconds | share |")
            .AppendLine("|---|---|---|");
        foreach (var (name, seconds) in _seconds.Where(thread => thread.Value > 0).OrderByDescending(thread => thread.Value))
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"| `{name}` | {seconds:F2} | {seconds / _cpu:P1} |");
        }

        return table
            .AppendLine(CultureInfo.InvariantCulture, $"| ended meanwhile, or rounding | {_cpu - _seconds.Values.Sum():F2} | {1 - (_seconds.Values.Sum() / _cpu):P1} |")
            .AppendLine()
            .AppendLine("`inference` and `inference-onnx` are the model: its thread, those of libtorch, which have its name, and those of ONNX Runtime. All else is HTTP, JSON, tokenization, log, collector.")
            .AppendLine(CultureInfo.InvariantCulture, $"By `/metrics`, in seconds of the clock: {_tokenizing:F2} in tokenization, {_computing:F1} on the inference thread, which was busy {_computing / _elapsed:P0} of the time.")
            .ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
