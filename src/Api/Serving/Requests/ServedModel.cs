using FeedbackService.Model.Configuration;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>A model that can answer.</summary>
/// <param name="Address"><c>name:version</c> or <c>ftjob-…:step-n</c>.</param>
/// <param name="ManifestSha256">Hash that fixes every file of it.</param>
/// <param name="Config">Its labels and shape.</param>
internal sealed record ServedModel(string Address, string ManifestSha256, ClassifierConfig Config)
{
    /// <summary>The part of the address before the colon.</summary>
    public string Name => Address[..Address.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The part of the address after the colon.</summary>
    public string Version => Address[(Address.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
