using FeedbackService.Model.Checkpoints;
using TorchSharp;

namespace FeedbackService.Testing.Hostile;

/// <summary>A small safetensors file, and the reading of whatever has become of it.</summary>
internal static class SmallWeights
{
    public const string Name = "model.safetensors";

    /// <summary>A valid file with tensors of several types and ranks.</summary>
    public static byte[] Valid { get; } = Create();

    /// <summary>Length of its header, the eight bytes before it included.</summary>
    public static int HeaderLength { get; } = 8 + (int)BitConverter.ToUInt64(Valid, 0);

    /// <summary>Opens the file and reads every tensor.</summary>
    public static void Read(string folder)
    {
        using var reader = SafetensorsReader.Open(Path.Combine(folder, Name));
        foreach (var entry in reader.Entries)
        {
            using var tensor = reader.ReadFinite(entry.Name, widen: true);
        }
    }

    private static byte[] Create()
    {
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            new Dictionary<string, torch.Tensor>
            {
                ["encoder.weight"] = torch.ones(3, 4),
                ["encoder.bias"] = torch.zeros(3),
                ["half"] = torch.ones(5).to(torch.ScalarType.Float16),
                ["ids"] = torch.arange(4),
                ["flag"] = torch.tensor(true),
                ["none"] = torch.zeros(0, 7),
            },
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }
}
