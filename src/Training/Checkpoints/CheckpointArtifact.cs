using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Training.Checkpoints;

/// <summary>Makes a model that can be served out of a checkpoint.</summary>
public static class CheckpointArtifact
{
    /// <summary>Writes an artifact with the weights of the checkpoint's step, without calibration.</summary>
    /// <param name="checkpoint">Folder of the checkpoint.</param>
    /// <param name="directory">Folder of the artifact; made if missing, must be empty.</param>
    /// <param name="lineage">Where the training comes from.</param>
    /// <param name="now">When the artifact is made.</param>
    /// <returns>SHA-256 of the artifact's manifest.</returns>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static string Create(string checkpoint, string directory, ArtifactLineage lineage, DateTimeOffset now)
    {
        using var scope = NewDisposeScope();
        return ArtifactWriter.Write(directory, new ArtifactContents
        {
            Config = JsonFiles.Read<ClassifierConfig>(Path.Combine(checkpoint, ArtifactFiles.Config)),
            Tokenizer = TokenizerFiles.Load(checkpoint),
            Weights = CheckpointStore.Read(checkpoint).Weights,
            CreatedAt = now,
            Lineage = lineage,
        });
    }
}
