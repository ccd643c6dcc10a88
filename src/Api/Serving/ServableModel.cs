using FeedbackService.Api.Serving.Providers;

namespace FeedbackService.Api.Serving;

/// <summary>A model address resolved to something that can be loaded.</summary>
/// <param name="Address">What the answer names: <c>name:version</c> or <c>ftjob-…:step-n</c>.</param>
/// <param name="Directory">Absolute path of the artifact folder; immutable.</param>
/// <param name="ManifestSha256">Hash of the manifest: equal hashes share one loaded copy.</param>
public sealed record ServableModel(string Address, string Directory, string ManifestSha256)
{
    /// <summary>What is to compute it; null (default) for what the settings say.</summary>
    public ServingProvider? Provider { get; init; }

    /// <summary>What it stands on, if it is an adapter; null for a complete model.</summary>
    public ServableBase? Base { get; init; }
}
