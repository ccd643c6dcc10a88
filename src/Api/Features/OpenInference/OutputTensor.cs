namespace FeedbackService.Api.Features.OpenInference;

/// <summary>An output, however it will travel. Exactly one of the two kinds of data is there.</summary>
/// <param name="Name">As asked for.</param>
/// <param name="Shape">Texts first.</param>
/// <param name="Numbers">FP32, row-major; null for texts.</param>
/// <param name="Texts">BYTES, row-major; null for numbers.</param>
internal sealed record OutputTensor(string Name, long[] Shape, float[]? Numbers, string[]? Texts)
{
    /// <summary>FP32 or BYTES.</summary>
    public string Datatype => Numbers is null ? TextTensor.Datatype : "FP32";
}
