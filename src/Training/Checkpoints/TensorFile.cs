using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Training.Checkpoints;

/// <summary>Whole safetensors files, in and out.</summary>
internal static class TensorFile
{
    /// <summary>Writes tensors by name and returns when they are on disk.</summary>
    /// <returns>SHA-256 of the file, lower-case hex.</returns>
    public static string Write(string path, IReadOnlyDictionary<string, Tensor> tensors) =>
        DurableFiles.Create(path, stream => SafetensorsWriter.Write(stream, tensors)).Sha256;

    /// <summary>Reads all tensors to the CPU, into the current dispose scope.</summary>
    /// <exception cref="InvalidSafetensorsException">The file breaks a rule of the format.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var reader = SafetensorsReader.Open(path);
        return reader.Entries.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name), StringComparer.Ordinal);
    }
}
