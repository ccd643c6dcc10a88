using System.Text.RegularExpressions;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Names of the files in an artifact folder.</summary>
public static partial class ArtifactFiles
{
    /// <summary>List, hashes and lineage; written last.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The classifier's configuration.</summary>
    public const string Config = "config.json";

    /// <summary>The weights.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Temperatures and thresholds; may be absent.</summary>
    public const string Calibration = "calibration.json";

    /// <summary>Most files of a folder.</summary>
    public const int MaxCount = 64;

    /// <summary>Names without which a folder cannot be used.</summary>
    internal static IReadOnlyList<string> Required => [Config, Weights, TokenizerFiles.ConfigFile];

    /// <summary>The format gives the file of that name a meaning; all others are attachments.</summary>
    internal static bool IsOfFormat(string name) =>
        Required.Contains(name) || name is Manifest or Calibration or TokenizerFiles.VocabularyFile or TokenizerFiles.JsonVocabularyFile
        or TokenizerFiles.MergesFile or TokenizerFiles.NgramsFile;

    /// <summary>True for a plain lower-case file name: no folder, nothing hidden, nothing reserved on any system.</summary>
    internal static bool IsName(string? name) => name is not null && name != Manifest && Name().IsMatch(name)
        && !name.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,125}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
