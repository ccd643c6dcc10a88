using System.Text.Json;
using System.Text.Json.Serialization;
using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Classifies tensors of texts sent as JSON.</summary>
internal static class Infer
{
    /// <summary>POST /v2/models/{model}/infer.</summary>
    public static async Task<Ok<InferResponse>> HandleAsync(
        string model, InferRequest request, ClassificationService classifications, CancellationToken cancellationToken)
    {
        // JSON's null gets past what is required.
        TextTensor.Require(request.Inputs?.Count ?? 0, request.Inputs?.FirstOrDefault()?.Datatype);
        var input = request.Inputs![0];
        var shape = input.Shape ?? [];
        var inference = new TextInference(
            model,
            new TextTensor(shape, JsonTensors.ReadTexts(input.Data, shape)),
            [.. (request.Outputs ?? []).Select((output, index) => new RequestedOutput(
                output?.Name ?? "", JsonTensors.ReadParameters(output?.Parameters, $"outputs[{index}].parameters").Count("classification", least: 1)))],
            JsonTensors.ReadParameters(request.Parameters, "parameters"));
        var result = await inference.RunAsync(classifications, cancellationToken);
        return TypedResults.Ok(new InferResponse
        {
            ModelName = result.ModelName,
            ModelVersion = result.ModelVersion,
            Id = request.Id,
            Outputs = [.. result.Outputs.Select(output => new InferOutput(output.Name, output.Shape, output.Datatype, (object?)output.Numbers ?? output.Texts!))],
        });
    }

    /// <summary>POST /v2/models/{model}/versions/{version}/infer.</summary>
    public static Task<Ok<InferResponse>> HandleVersionAsync(
        string model, string version, InferRequest request, ClassificationService classifications, CancellationToken cancellationToken) =>
        HandleAsync(TextInference.AddressOf(model, version), request, classifications, cancellationToken);
}

/// <summary>Tensors to infer from. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferRequest
{
    /// <summary>Comes back in the answer. Absent: none does.</summary>
    public string? Id { get; init; }

    /// <summary><c>truncate</c> (cut texts over the model's limit, default true) and <c>max_rounds</c> (feedback rounds at most); others mean nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>One tensor of BYTES: texts as [N] or [N,1], pairs as [N,2].</summary>
    public required IReadOnlyList<InferInput> Inputs { get; init; }

    /// <summary>Outputs wanted: <c>label</c>, <c>score</c>, <c>scores</c>, <c>logits</c>. Absent: all.</summary>
    public IReadOnlyList<InferRequestedOutput>? Outputs { get; init; }
}

/// <summary>An input tensor. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferInput
{
    /// <summary>Any; the metadata calls it <c>text</c>.</summary>
    public required string Name { get; init; }

    /// <summary>[N], [N,1] or [N,2].</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary><c>BYTES</c>.</summary>
    public required string Datatype { get; init; }

    /// <summary>Strings, flat in row-major order or nested as the shape says.</summary>
    public required JsonElement Data { get; init; }
}

/// <summary>An output wanted. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferRequestedOutput
{
    /// <summary><c>label</c>, <c>score</c>, <c>scores</c> or <c>logits</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>classification</c>: give the so many best labels as <c>value:index:label</c> instead; others mean nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }
}

/// <summary>What an inference gives.</summary>
public sealed record InferResponse
{
    /// <summary>Name of the model.</summary>
    public required string ModelName { get; init; }

    /// <summary>The version that answered.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Of the request; absent when that had none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>In the order asked.</summary>
    public required IReadOnlyList<InferOutput> Outputs { get; init; }
}

/// <summary>An output tensor.</summary>
/// <param name="Name">As asked for.</param>
/// <param name="Shape">Texts first.</param>
/// <param name="Datatype"><c>FP32</c> or <c>BYTES</c>.</param>
/// <param name="Data">Numbers or strings, flat in row-major order.</param>
public sealed record InferOutput(string Name, IReadOnlyList<long> Shape, string Datatype, object Data);
