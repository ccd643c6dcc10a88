using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeedbackService.Accuracy;

/// <summary>Results of runs, one JSON line each, added to as runs end; what is there is not run again.</summary>
internal sealed class ResultFile(string path)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>All of them.</summary>
    public List<RunResult> Read() => File.Exists(path)
        ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<RunResult>(line, Options)!)]
        : [];

    /// <summary>The one of that run, or null.</summary>
    public RunResult? Find(string study, string arm, int seed, JsonObject? options = null) => Read().LastOrDefault(result =>
        result.Study == study && result.Arm == arm && result.Seed == seed && (options is null || JsonNode.DeepEquals(result.Options, options)));

    /// <summary>Adds one.</summary>
    public void Add(RunResult result)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, JsonSerializer.Serialize(result, Options) + "\n");
    }
}
