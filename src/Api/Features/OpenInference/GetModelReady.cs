using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Tells whether a model can answer, and makes it able to: it is loaded if need be.</summary>
internal static class GetModelReady
{
    /// <summary>GET /v2/models/{model}/ready.</summary>
    public static async Task<Ok<ModelReady>> HandleAsync(string model, ClassificationService classifications, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ModelReady((await classifications.DescribeAsync(model, cancellationToken)).Name, Ready: true));

    /// <summary>GET /v2/models/{model}/versions/{version}/ready.</summary>
    public static Task<Ok<ModelReady>> HandleVersionAsync(
        string model, string version, ClassificationService classifications, CancellationToken cancellationToken) =>
        HandleAsync(TextInference.AddressOf(model, version), classifications, cancellationToken);
}

/// <summary>A model that can answer; one that cannot is refused instead.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Ready">Always true.</param>
public sealed record ModelReady(string Name, bool Ready);
