namespace FeedbackService.Api.Registry;

/// <summary>What a model address means now.</summary>
/// <param name="Address"><c>name:version</c> or <c>ftjob-…:step-n</c>.</param>
/// <param name="ModelName">The registered model; null for a checkpoint.</param>
/// <param name="Version">Its version; null for a checkpoint.</param>
/// <param name="Kind">classifier or encoder.</param>
/// <param name="Directory">Absolute path of the artifact folder.</param>
/// <param name="ManifestSha256">Hash of its manifest.</param>
internal sealed record ResolvedModel(string Address, string? ModelName, int? Version, string Kind, string Directory, string ManifestSha256)
{
    /// <summary>Manifest hash of the artifact that an adapter stands on; null for a complete model.</summary>
    public string? BaseManifestSha256 { get; init; }
}
