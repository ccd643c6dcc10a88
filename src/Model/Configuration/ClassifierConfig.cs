using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>Everything that fixes the shape of a classifier: with it and the weights, the same outputs come back.</summary>
public sealed record ClassifierConfig
{
    /// <summary>The encoder and its sizes.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>How the token states of a text become one vector. Default mean‖max.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.MeanMax;

    /// <summary>Inner width a of attention pooling, at least 1; null (default) for half of the hidden size. Without effect on other kinds.</summary>
    public int? PoolingSize { get; init; }

    /// <summary>The feedback loop; null for the plain encoder with its head.</summary>
    public FeedbackConfig? Feedback { get; init; }

    /// <summary>Small weights beside an encoder whose own are a base's; null (default) for an encoder without. Left out of the file where null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterConfig? Adapter { get; init; }

    /// <summary>One label per text, several, or one of a scale of numbers. Default one.</summary>
    public HeadKind Head { get; init; } = HeadKind.SingleLabel;

    /// <summary>Width of a layer between the pooled vector and the logits; 0 (default) for none.</summary>
    public int HeadHiddenSize { get; init; }

    /// <summary>Of that layer. Default gelu.</summary>
    public ActivationKind HeadActivation { get; init; } = ActivationKind.Gelu;

    /// <summary>The logits have a bias. Default true; without effect on a graded head, which needs its own.</summary>
    public bool HeadBias { get; init; } = true;

    /// <summary>Dropout on the pooled vector before the head, and behind the head's own layer, in [0, 1). Default 0.1.</summary>
    public double HeadDropout { get; init; } = 0.1;

    /// <summary>Label names in the order of the logits; at least two, distinct; of a graded head numbers, the lowest first.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Longest text in tokens, special tokens included; longer ones are cut. Default 256.</summary>
    public int MaxTokens { get; init; } = 256;
}
