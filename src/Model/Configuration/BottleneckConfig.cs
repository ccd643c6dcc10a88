namespace FeedbackService.Model.Configuration;

/// <summary>A narrow network between the sublayers of the encoder: y = x + W_up·gelu(W_down·x + b) + b′.</summary>
public abstract record BottleneckConfig : AdapterConfig
{
    /// <summary>Its width m, at least 1. Default 64.</summary>
    public int Size { get; init; } = 64;
}
