namespace FeedbackService.Api.Serving.Providers;

/// <summary>Which library computes a model.</summary>
public enum ServingProvider
{
    /// <summary>The faster one: where both can, they race when the model is loaded.</summary>
    Auto,

    /// <summary>TorchSharp, on whatever device.</summary>
    Torch,

    /// <summary>ONNX Runtime on the CPU. Logits are those of TorchSharp to 1e-4.</summary>
    Onnx,

    /// <summary>ONNX Runtime on the CPU with the encoder's maps in 8 bits, which changes answers a little; an evaluation says how much.</summary>
    OnnxInt8,
}
