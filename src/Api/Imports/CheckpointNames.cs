using System.Text.RegularExpressions;
using FeedbackService.Model.HuggingFace;

namespace FeedbackService.Api.Imports;

/// <summary>Which files of a checkpoint are taken, by their base names.</summary>
internal static partial class CheckpointNames
{
    private static readonly string[] Known =
    [
        CheckpointFiles.Config, CheckpointFiles.Weights, CheckpointFiles.Index,
        "vocab.txt", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ];

    private static readonly string[] Programs = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".npz", ".joblib"];

    /// <summary>The file is taken: it says what the model is, or holds its weights or its tokenizer.</summary>
    public static bool IsTaken(string name) => Known.Contains(name, StringComparer.Ordinal) || Shard().IsMatch(name);

    /// <summary>The file holds weights in a form that can run a program when it is read; such are never opened.</summary>
    public static bool MayRun(string name) => Programs.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The last part of a path, whichever way its slashes go.</summary>
    public static string BaseName(string? path) => (path ?? "").Replace('\\', '/').Split('/')[^1];

    [GeneratedRegex(@"\Amodel-[0-9]{5}-of-[0-9]{5}\.safetensors\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
