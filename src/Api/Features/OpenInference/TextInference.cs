using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>An inference of the protocol, free of how it travels.</summary>
/// <param name="Model">A model address.</param>
/// <param name="Input">The texts.</param>
/// <param name="Outputs">Asked for; none for all.</param>
/// <param name="Parameters">Of the request: <c>truncate</c> and <c>max_rounds</c> mean something.</param>
internal sealed record TextInference(string Model, TextTensor Input, IReadOnlyList<RequestedOutput> Outputs, InferenceParameters Parameters)
{
    /// <summary>The address that a model's name and version make in this protocol.</summary>
    public static string AddressOf(string model, string? version) => string.IsNullOrEmpty(version) ? model : $"{model}:{version}";

    /// <summary>Carries it out.</summary>
    /// <exception cref="Errors.ServiceException">As the HTTP contract says: 400, 404, 413, 422, 429.</exception>
    public async Task<InferenceResult> RunAsync(ClassificationService classifications, CancellationToken cancellationToken)
    {
        OutputTensors.Require(Outputs);
        var query = new TextQuery(Model, Input.ToInputs(), TextTensor.Field)
        {
            Truncate = Parameters.Flag("truncate") ?? true,
            Options = PredictionOptions.Default with { MaxRounds = Parameters.Count("max_rounds", least: 0) },
        };
        var answers = await classifications.ClassifyAllAsync(query, cancellationToken);
        var tensors = new OutputTensors(answers);
        IReadOnlyList<RequestedOutput> outputs = Outputs.Count > 0 ? Outputs : [.. OutputTensors.Names.Select(name => new RequestedOutput(name))];
        var colon = answers.Address.IndexOf(':', StringComparison.Ordinal);
        return new InferenceResult(answers.Address[..colon], answers.Address[(colon + 1)..], [.. outputs.Select(tensors.Make)]);
    }
}

/// <summary>What an inference gives.</summary>
/// <param name="ModelName">The part of the address before the colon.</param>
/// <param name="ModelVersion">The part after it: a number, or a checkpoint's step.</param>
/// <param name="Outputs">In the order asked.</param>
internal sealed record InferenceResult(string ModelName, string ModelVersion, IReadOnlyList<OutputTensor> Outputs);
