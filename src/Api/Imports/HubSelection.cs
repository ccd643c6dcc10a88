using FeedbackService.Model.HuggingFace;

namespace FeedbackService.Api.Imports;

/// <summary>Which files of a repository are fetched: those of a checkpoint in its root, and of weights in several forms the one file before the shards.</summary>
internal static class HubSelection
{
    /// <summary>The files, small ones first, so that what cannot be used is noticed before gigabytes are fetched.</summary>
    /// <exception cref="HubException">There are no weights in a form that is read.</exception>
    public static IReadOnlyList<HubFile> Of(IReadOnlyList<HubFile> files, string repository)
    {
        var taken = files.Where(file => CheckpointNames.IsTaken(file.Name)).ToList();
        if (taken.Any(file => file.Name == CheckpointFiles.Weights))
        {
            taken.RemoveAll(file => file.Name != CheckpointFiles.Weights && (file.Name.EndsWith(".safetensors", StringComparison.Ordinal) || file.Name == CheckpointFiles.Index));
        }

        if (!taken.Any(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            var other = files.FirstOrDefault(file => CheckpointNames.MayRun(file.Name))?.Name;
            throw new HubException(
                "checkpoint_unusable", $"'{repository}' has no weights as safetensors{(other is null ? "" : $", only such as {other}, which can run programs when they are read")}. Convert them, or take another revision.");
        }

        return [.. taken.OrderBy(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal)).ThenBy(file => file.Name, StringComparer.Ordinal)];
    }
}
