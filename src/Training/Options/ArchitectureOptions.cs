using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>The encoder's sizes and the pooling.</summary>
public sealed record ArchitectureOptions
{
    /// <summary>Width of the token states.</summary>
    [TrainingOption("Width of the token states.", Minimum = 8, Maximum = 4096, ShapesModel = true, SearchLow = 64, SearchHigh = 512, SearchLogarithmic = true)]
    public int HiddenSize { get; init; } = 128;

    /// <summary>Number of encoder layers.</summary>
    [TrainingOption("Number of encoder layers.", Minimum = 0, Maximum = 48, ShapesModel = true, SearchLow = 1, SearchHigh = 6)]
    public int Layers { get; init; } = 1;

    /// <summary>How token states become one vector.</summary>
    [TrainingOption("How token states become one vector per text.", ShapesModel = true, SearchValues = true, Methods = TrainingMethods.Supervised)]
    public PoolingKind Pooling { get; init; } = PoolingKind.MeanMax;

    /// <summary>Inner width of attention pooling.</summary>
    [TrainingOption("Inner width of the network that weighs the tokens when pooling is one of the kinds with attention, else without effect; each unit costs hidden_size + 2 parameters.", Minimum = 1, Maximum = 16_384, Auto = nameof(AutoRules.PoolingSize), ShapesModel = true, Methods = TrainingMethods.Supervised)]
    public int PoolingSize { get; init; } = 64;

    /// <summary>Width of a layer between the pooled vector and the labels; 0 = none.</summary>
    [TrainingOption("Width of a layer between the pooled text vector and the labels; 0 joins them directly. A registered base model may be given another one: its head then starts anew.", Minimum = 0, Maximum = 4096, SearchLow = 0, SearchHigh = 256, Methods = TrainingMethods.Supervised)]
    public int HeadHiddenSize { get; init; }

    /// <summary>Non-linear function of that layer.</summary>
    [TrainingOption("Non-linear function of the head's layer, where head_hidden_size is not 0.", SearchValues = true, Methods = TrainingMethods.Supervised)]
    public ActivationKind HeadActivation { get; init; } = ActivationKind.Gelu;

    /// <summary>Non-linear function of the layers.</summary>
    [TrainingOption("Non-linear function of the layers; swish learns its slope.", Encoders = EncoderFamilies.Mlp | EncoderFamilies.Transformer | EncoderFamilies.Rnn | EncoderFamilies.Bifnn, ShapesModel = true, SearchValues = true)]
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <summary>Whether half of the hidden size reads backwards.</summary>
    [TrainingOption("Whether half of the hidden size reads backwards.", Encoders = EncoderFamilies.Directed, ShapesModel = true)]
    public bool Bidirectional { get; init; } = true;

    /// <summary>Attention heads.</summary>
    [TrainingOption("Attention heads; divides the hidden size.", Minimum = 1, Maximum = 64, Encoders = EncoderFamilies.Transformer, ShapesModel = true)]
    public int Heads { get; init; } = 4;

    /// <summary>Where the norms stand.</summary>
    [TrainingOption("Whether the norms of a layer stand before its sublayers or after them.", Encoders = EncoderFamilies.Transformer, ShapesModel = true)]
    public NormPlacement Norm { get; init; } = NormPlacement.Pre;

    /// <summary>How a token is told its position.</summary>
    [TrainingOption("Whether positions are learned or sines of fixed wavelengths.", Encoders = EncoderFamilies.Transformer, ShapesModel = true)]
    public PositionKind Positions { get; init; } = PositionKind.Learned;

    /// <summary>Width of the feed-forward sublayer.</summary>
    [TrainingOption("Width of the feed-forward sublayer.", Minimum = 8, Maximum = 16_384, Encoders = EncoderFamilies.Transformer, Auto = nameof(AutoRules.IntermediateSize), ShapesModel = true)]
    public int IntermediateSize { get; init; } = 512;

    /// <summary>Hash buckets of the n-grams.</summary>
    [TrainingOption("Hash buckets of the n-grams; the embedding table has a row for each that occurs in the training part.", Minimum = 64, Maximum = 16_777_216, Encoders = EncoderFamilies.Mlp, ShapesModel = true, SearchLow = 65_536, SearchHigh = 1_048_576, SearchLogarithmic = true)]
    public int Buckets { get; init; } = 1_000_000;
}
