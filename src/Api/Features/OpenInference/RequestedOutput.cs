namespace FeedbackService.Api.Features.OpenInference;

/// <summary>An output asked for.</summary>
/// <param name="Name">One of <see cref="OutputTensors.Names"/>.</param>
/// <param name="Classification">Triton's parameter: instead of the tensor, its so many best labels as <c>value:index:label</c>; null for the tensor.</param>
internal sealed record RequestedOutput(string Name, int? Classification = null);
