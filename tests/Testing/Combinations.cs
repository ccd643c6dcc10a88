using FeedbackService.Model.Configuration;

namespace FeedbackService.Testing;

/// <summary>All encoders with all ways of feedback and fusion.</summary>
public static class Combinations
{
    public static IEnumerable<(string Encoder, FeedbackKind Feedback, FusionKind Fusion)> All =>
        from encoder in new[] { "mlp", "transformer", "transformer-post", "transformer-sinusoidal", "roberta", "gpt2", "rnn", "lstm", "gru", "bifnn" }
        from feedback in Enum.GetValues<FeedbackKind>()
        from fusion in Enum.GetValues<FusionKind>()
        select (encoder, feedback, fusion);

    public static EncoderConfig Encoder(string name) => name switch
    {
        "mlp" => TinyModels.Mlp,
        "transformer" => TinyModels.Transformer,
        "transformer-sinusoidal" => TinyModels.Transformer with { Positions = PositionKind.Sinusoidal, Activation = ActivationKind.Swish },
        "roberta" => TinyModels.Transformer with { Norm = NormPlacement.Post, Segments = 1, PositionPadding = 1, MaxPositions = 34, NormEpsilon = 1e-12, Family = HuggingFaceFamily.Roberta },
        "gpt2" => TinyModels.Transformer with { Causal = true, EmbeddingNorm = false, Segments = 0, Activation = ActivationKind.GeluTanh, Family = HuggingFaceFamily.Gpt2 },
        "rnn" => TinyModels.Rnn,
        "lstm" => TinyModels.Lstm,
        "gru" => TinyModels.Gru,
        "bifnn" => TinyModels.Bifnn,
        "transformer-post" => TinyModels.Transformer with { Norm = NormPlacement.Post },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such tiny encoder."),
    };
}
