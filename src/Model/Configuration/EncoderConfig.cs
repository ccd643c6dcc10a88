using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>Sizes of an encoder. Each family derives its own record; the JSON member <c>type</c> names the family.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MlpEncoderConfig), "mlp")]
[JsonDerivedType(typeof(TransformerEncoderConfig), "transformer")]
[JsonDerivedType(typeof(RnnEncoderConfig), "rnn")]
[JsonDerivedType(typeof(LstmEncoderConfig), "lstm")]
[JsonDerivedType(typeof(GruEncoderConfig), "gru")]
[JsonDerivedType(typeof(BifnnEncoderConfig), "bifnn")]
public abstract record EncoderConfig
{
    /// <summary>Width H of the token states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of layers L; re-entry layers run from 0 (embedding output) to L.</summary>
    public required int Layers { get; init; }

    /// <summary>Dropout inside the encoder, in [0, 1). Default 0.1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Number of token ids it embeds; ids run from 0.</summary>
    [JsonIgnore]
    public abstract int TokenIds { get; }
}
