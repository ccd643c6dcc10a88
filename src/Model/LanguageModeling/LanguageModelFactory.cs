using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.LanguageModeling;

/// <summary>Makes masked language models, and knows of which encoders there are any.</summary>
public static class LanguageModelFactory
{
    /// <summary>The beginning of the head's names in a state dictionary.</summary>
    public const string HeadPrefix = "language_head.";

    /// <summary>Why tokens of an encoder cannot be hidden and guessed; null when they can.</summary>
    /// <remarks>
    /// Recurrent encoders could be given a head too, but guess from states that have seen each side on its own; nobody pre-trains them so, and nothing is known of what it would bring.
    /// </remarks>
    public static string? Problem(EncoderConfig encoder) => encoder switch
    {
        TransformerEncoderConfig { Causal: true } => "its tokens see only those before them, so a hidden one cannot be guessed from both sides",
        TransformerEncoderConfig => null,
        MlpEncoderConfig => "it looks at each token by itself, so nothing is there to guess a hidden one from",
        _ => "it is no transformer",
    };

    /// <summary>
    /// Makes a model on the CPU, in training mode, with weights from torch's global generator. Call it outside dispose scopes; load weights, then move, then make the optimizer.
    /// </summary>
    /// <param name="config">Of an encoder, perhaps without labels.</param>
    /// <exception cref="InvalidConfigurationException">It does not fit together, or <see cref="Problem"/> has something to say.</exception>
    public static MaskedLanguageModel Create(ClassifierConfig config)
    {
        var faults = ClassifierConfigValidation.Check(config, withoutLabels: true);
        if (faults.Count > 0)
        {
            throw new InvalidConfigurationException(faults);
        }

        // The encoder first: it starts with the weights that it has in a classifier of the same seed.
        return config.Encoder is TransformerEncoderConfig transformer && Problem(transformer) is null
            ? new MaskedLanguageModel(config, ClassifierFactory.CreateEncoder(transformer, adapter: null), new LanguageModelHead(transformer))
            : throw new InvalidConfigurationException([$"There is no masked language model of this encoder: {Problem(config.Encoder)}."]);
    }
}
