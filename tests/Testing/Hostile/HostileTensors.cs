using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.HuggingFace;
using TorchSharp;

namespace FeedbackService.Testing.Hostile;

/// <summary>Weights that are a valid file, with tensors of other types and shapes than they should have, under other names, too many or too few.</summary>
internal sealed class HostileTensors(string family) : IHostileSource
{
    private static readonly torch.ScalarType[] Types =
    [
        torch.ScalarType.Float64, torch.ScalarType.Float16, torch.ScalarType.BFloat16, torch.ScalarType.Int64, torch.ScalarType.Int8, torch.ScalarType.Bool,
    ];

    private static readonly string[] Names =
    [
        "pooler.dense.weight", "pooler.dense.bias", "pooler.other", "classifier.weight", "classifier.dense.bias", "lm_head.bias", "cls.predictions.bias", "embeddings.position_ids",
        "embeddings.LayerNorm.gamma", "encoder.layer.7.output.dense.weight", "qa_outputs.weight", "x",
    ];

    private readonly Dictionary<string, byte[]> _files = new()
    {
        [CheckpointFiles.Config] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder(family), CheckpointFiles.Config)),
        ["vocab.txt"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder(family), "vocab.txt")),
    };

    public string Name => $"tensors of {family}";

    public HostileInput Make(long number, Random random)
    {
        using var scope = torch.NewDisposeScope();
        using var reader = SafetensorsReader.Open(Path.Combine(CheckpointFixture.Folder(family), CheckpointFiles.Weights));
        var tensors = reader.Entries.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name), StringComparer.Ordinal);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var (name, tensor) = tensors.ElementAt(random.Next(tensors.Count));
            switch (random.Next(5))
            {
                case 0:
                    tensors.Remove(name);
                    break;
                case 1:
                    tensors[name] = tensor.to(Types[random.Next(Types.Length)]);
                    break;
                case 2:
                    tensors[name] = random.Next(2) == 0 ? (tensor.dim() == 2 ? tensor.t().contiguous() : tensor) : tensor.unsqueeze(0);
                    break;
                case 3:
                    tensors[name] = torch.full(tensor.shape, random.Next(2) == 0 ? float.NaN : float.PositiveInfinity);
                    break;
                default:
                    var prefix = random.Next(2) == 0 ? family + "." : "";
                    tensors[prefix + Names[random.Next(Names.Length)]] = tensor.to(Types[random.Next(Types.Length)]);
                    break;
            }
        }

        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors);
        return new HostileInput(new Dictionary<string, byte[]>(_files) { [CheckpointFiles.Weights] = stream.ToArray() }, HostileConfig.Import);
    }
}
