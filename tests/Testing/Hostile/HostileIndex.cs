using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.HuggingFace;

namespace FeedbackService.Testing.Hostile;

/// <summary>The index of a checkpoint in shards that says what is not so.</summary>
internal sealed class HostileIndex : IHostileSource
{
    private const string Shard = "model-00001-of-00001.safetensors";

    private readonly Dictionary<string, byte[]> _files = new()
    {
        [Shard] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), CheckpointFiles.Weights)),
        [CheckpointFiles.Config] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), CheckpointFiles.Config)),
        ["vocab.txt"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "vocab.txt")),
    };

    private readonly JsonObject _index = Create();

    public string Name => "index of shards";

    public HostileInput Make(long number, Random random) =>
        new(new Dictionary<string, byte[]>(_files) { [CheckpointFiles.Index] = JsonMutation.Of(_index, random) }, HostileConfig.Import);

    private static JsonObject Create()
    {
        using var reader = SafetensorsReader.Open(Path.Combine(CheckpointFixture.Folder("bert"), CheckpointFiles.Weights));
        var map = reader.Entries.Select(entry => KeyValuePair.Create(entry.Name, (JsonNode?)JsonValue.Create(Shard)));
        return new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = new JsonObject(map) };
    }
}
