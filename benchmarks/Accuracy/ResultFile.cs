using System.Text.Json;

namespace FeedbackService.Accuracy;

/// <summary>Results of runs, one JSON line each, added to as runs end; what is there is not run again.</summary>
/// <typeparam name="T">What a run comes to.</typeparam>
internal sealed class ResultFile<T>(string path)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private readonly Lock _lock = new();

    /// <summary>All of them.</summary>
    public List<T> Read()
    {
        lock (_lock)
        {
            return File.Exists(path) ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<T>(line, Options)!)] : [];
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(T result)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.AppendAllText(path, JsonSerializer.Serialize(result, Options) + "\n");
        }
    }
}
