using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.HuggingFace;

namespace FeedbackService.Testing.Hostile;

/// <summary><c>config.json</c> of a checkpoint with things in it that should not be.</summary>
internal sealed class HostileConfig : IHostileSource
{
    private readonly Dictionary<string, byte[]> _files = new()
    {
        [CheckpointFiles.Weights] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), CheckpointFiles.Weights)),
        ["vocab.txt"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "vocab.txt")),
    };

    private readonly JsonObject _config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), CheckpointFiles.Config)))!.AsObject();

    public string Name => "config.json";

    public HostileInput Make(long number, Random random) =>
        new(new Dictionary<string, byte[]>(_files) { [CheckpointFiles.Config] = JsonMutation.Of(_config, random) }, Import);

    /// <summary>Imports a folder into one below it.</summary>
    internal static void Import(string folder)
    {
        var artifact = Path.Combine(folder, "artifact");
        CheckpointImport.Run(folder, artifact, DateTimeOffset.UnixEpoch, new ArtifactLineage());
        ReadBack.OrThrow(() => ArtifactReader.Open(artifact).ReadTokenizer());
    }
}
