using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Onnx;

/// <summary>An encoder as nodes, in the two steps of <see cref="Encoders.TextEncoder"/>.</summary>
internal abstract class OnnxEncoder
{
    /// <summary>Name of the input of token ids.</summary>
    public const string Ids = "input_ids";

    /// <summary>Name of the input of segments.</summary>
    public const string Segments = "token_type_ids";

    /// <summary>Name of the input of weights of tokens.</summary>
    public const string Weights = "token_weights";

    /// <summary>Declares its inputs and embeds them.</summary>
    /// <returns>X0. Rows of width H, float.</returns>
    public abstract string Embed(OnnxParts parts, OnnxTexts texts);

    /// <summary>Layer l, 1 … L, and what belongs to it.</summary>
    /// <returns>Rows of width H, float.</returns>
    public abstract string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer);

    /// <summary>That of a configuration.</summary>
    public static OnnxEncoder Of(EncoderConfig config) => config switch
    {
        MlpEncoderConfig mlp => new OnnxMlp(mlp),
        TransformerEncoderConfig transformer => new OnnxTransformer(transformer),
        RnnEncoderConfig rnn => new OnnxElman(rnn),
        BifnnEncoderConfig bifnn => new OnnxBifnn(bifnn),
        DirectedEncoderConfig gated => new OnnxGated(gated),
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "There is no graph of it."),
    };

    /// <summary>Runs layers from+1 … to.</summary>
    public string Encode(OnnxParts parts, OnnxTexts texts, string states, int from, int to)
    {
        for (var layer = from + 1; layer <= to; layer++)
        {
            states = Layer(parts, texts, states, layer);
        }

        return states;
    }
}
