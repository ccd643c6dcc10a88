namespace FeedbackService.Model.Onnx;

/// <summary>In which form a graph is written.</summary>
/// <param name="Layout">How texts lie. Default padded.</param>
/// <param name="Quantised">
/// Whether the encoder's maps compute in 8 bits: weights rounded per output to 7 bits and a sign (the products of two of them still fit the 16 bits in which processors without VNNI add), activations per call to the range they take.
/// Default false.
/// </param>
public sealed record OnnxForm(OnnxLayout Layout = OnnxLayout.Padded, bool Quantised = false)
{
    /// <summary>Padded, in float.</summary>
    public static OnnxForm Default { get; } = new();
}
