using System.Text.Json;

namespace FeedbackService.Accuracy;

/// <summary>Results of runs, one JSON line each, added to as runs end; what is there is not run again.</summary>
/// <typeparam name="T">What a run comes to.</typeparam>
internal sealed class ResultFile<T>
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly List<T> _results;

    /// <summary>Reads what is there.</summary>
    public ResultFile(string path)
    {
        _path = path;
        _results = File.Exists(path) ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<T>(line, Options)!)] : [];
    }

    /// <summary>All of them, in the order in which they came.</summary>
    public IReadOnlyList<T> Read()
    {
        lock (_lock)
        {
            return [.. _results];
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(T result)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.AppendAllText(_path, JsonSerializer.Serialize(result, Options) + "\n");
            _results.Add(result);
        }
    }
}
