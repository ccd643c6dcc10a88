using System.Globalization;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Describes a model's tensors.</summary>
internal static class GetModelMetadata
{
    private const int MaxVersions = 10_000;

    /// <summary>GET /v2/models/{model}.</summary>
    public static async Task<Ok<ModelMetadata>> HandleAsync(
        string model, ClassificationService classifications, ModelRegistry registry, CancellationToken cancellationToken) =>
        TypedResults.Ok(await DescribeAsync(model, classifications, registry, cancellationToken));

    /// <summary>GET /v2/models/{model}/versions/{version}.</summary>
    public static Task<Ok<ModelMetadata>> HandleVersionAsync(
        string model, string version, ClassificationService classifications, ModelRegistry registry, CancellationToken cancellationToken) =>
        HandleAsync(TextInference.AddressOf(model, version), classifications, registry, cancellationToken);

    /// <summary>The metadata, however it will travel.</summary>
    public static async Task<ModelMetadata> DescribeAsync(
        string address, ClassificationService classifications, ModelRegistry registry, CancellationToken cancellationToken)
    {
        var served = await classifications.DescribeAsync(address, cancellationToken);
        var versions = await registry.ListServableVersionsAsync(served.Name, MaxVersions, cancellationToken);
        var labels = served.Config.Labels.Count;
        return new ModelMetadata(
            served.Name,
            // A checkpoint is no version of a registered model; it is all there is under its name.
            versions.Count > 0 ? [.. versions.Select(version => version.ToString(CultureInfo.InvariantCulture))] : [served.Version],
            "torchsharp_safetensors",
            [new TensorMetadata(TextTensor.Name, TextTensor.Datatype, [-1, 1])],
            [.. OutputTensors.Names.Select(name => new TensorMetadata(name, OutputTensors.DatatypeOf(name), OutputTensors.IsPerLabel(name) ? [-1, labels] : [-1]))]);
    }
}

/// <summary>A model's tensors.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Versions">All that can answer, oldest first.</param>
/// <param name="Platform">Always <c>torchsharp_safetensors</c>.</param>
/// <param name="Inputs">The one input; pairs are sent to it as [N,2].</param>
/// <param name="Outputs">All outputs.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>A tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype"><c>FP32</c> or <c>BYTES</c>.</param>
/// <param name="Shape">-1 where any size goes.</param>
public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
