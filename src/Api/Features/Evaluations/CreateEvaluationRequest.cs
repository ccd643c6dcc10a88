using System.Text.Json.Serialization;
using FeedbackService.Api.Http;
using FeedbackService.Api.Serving.Providers;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>Which model to evaluate on what.</summary>
public sealed record CreateEvaluationRequest
{
    /// <summary>A model address: <c>name</c>, <c>name:3</c>, <c>name@alias</c> or a checkpoint.</summary>
    public required string Model { get; init; }

    /// <summary>Id of an uploaded file with labelled texts.</summary>
    public required string File { get; init; }

    /// <summary>A second model to compare with on the same rows, addressed likewise. Default none.</summary>
    public string? Baseline { get; init; }

    /// <summary>
    /// What computes the model: <c>auto</c>, <c>torch</c>, <c>onnx</c> or <c>onnx_int8</c>. Default what the service's settings say. With the same model as <c>baseline</c>, which is then computed exactly, the comparison says what eight bits cost. One that cannot compute the model fails the evaluation with <c>provider_not_possible</c>.
    /// </summary>
    [JsonConverter(typeof(WordConverter<ServingProvider>))]
    public ServingProvider? Provider { get; init; }

    /// <summary>-100 to 100; evaluations of higher priority run first. Default 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Which workers may take it: <c>auto</c> (default) any, <c>cpu</c> or <c>cuda</c> only such. It waits until there is one.</summary>
    public string? Device { get; init; }
}
