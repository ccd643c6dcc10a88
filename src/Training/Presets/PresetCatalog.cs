using FeedbackService.Model.Configuration;
using FeedbackService.Training.Options;

namespace FeedbackService.Training.Presets;

/// <summary>The presets of the product, the recommended one first.</summary>
public static class PresetCatalog
{
    /// <summary>All presets, the recommended one first.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        Mlp("mlp", "Plain feed-forward over weighted word and character n-grams of any script: trains in seconds to a minute on a processor, best for most sets below 100,000 texts.", rounds: 0),
        Mlp("mlp-feedback", "The same with one feedback round: several times the cost, and a trace of what the first answer made the model look at.", rounds: 1),
        Embeddings("mlp-embeddings", "Mean of learned vectors of word pieces under a head with a layer of its own: the smallest file and the fastest answer, some points less accurate than mlp."),
        Transformer("transformer", "Transformer of 4 layers × 256 trained from scratch: for word order and long-range clues, wants tens of thousands of texts.", 256, 4),
        Transformer("transformer-small", "Transformer of 2 layers × 128 trained from scratch: a quarter of the cost of transformer.", 128, 2),
        Recurrent("rnn", EncoderFamilies.Rnn, "Elman's recurrent network of 128, both directions, trained from scratch: the simplest network that reads in order."),
        Recurrent("lstm", EncoderFamilies.Lstm, "Long short-term memory of 128, both directions, trained from scratch: reads in order and remembers longer than rnn."),
        Recurrent("gru", EncoderFamilies.Gru, "Gated recurrent units of 128, both directions, trained from scratch: as lstm with three quarters of the weights."),
        Recurrent("bifnn", EncoderFamilies.Bifnn, "Bidirectional feedback network of 128, trained from scratch: every state hangs on the one before and the one after it, solved as a fixed point."),
    ];

    private static OptionSet RecurrentDefaults => OptionSet.Empty
        .With(o => o.Schedule.LearningRate, 2e-3)
        .With(o => o.Schedule.Scheduler, SchedulerKind.Linear)
        .With(o => o.Data.MaxTokens, 128)
        .With(o => o.Data.VocabularySize, 8000)
        .With(o => o.Architecture.HiddenSize, 128)
        .With(o => o.Architecture.Layers, 1)
        .With(o => o.Architecture.Pooling, PoolingKind.MeanMax)
        .With(o => o.Feedback.Rounds, 0);

    /// <summary>The preset of that id, or null.</summary>
    public static Preset? Find(string id) => All.FirstOrDefault(preset => preset.Id == id);

    private static Preset Mlp(string id, string description, int rounds) => new()
    {
        Id = id,
        Description = description,
        Encoder = EncoderFamilies.Mlp,
        Languages = ["mul"],
        Defaults = OptionSet.Empty
            .With(o => o.Schedule.Epochs, 8)
            .With(o => o.Schedule.LearningRate, 3e-3)
            .With(o => o.Schedule.Scheduler, SchedulerKind.Cosine)
            .With(o => o.Schedule.WarmupRatio, 0.05)
            .With(o => o.Optimizer.MaxGradNorm, 0)
            .With(o => o.Data.MaxTokens, 4096)
            .With(o => o.Regularization.Dropout, 0.0)
            .With(o => o.Regularization.HeadDropout, 0.2)
            .With(o => o.Regularization.LabelSmoothing, 0.05)
            .With(o => o.Architecture.HiddenSize, 128)
            .With(o => o.Architecture.Layers, 0)
            .With(o => o.Architecture.Pooling, PoolingKind.SqrtNMax)
            .With(o => o.Feedback.Rounds, rounds),
    };

    private static Preset Embeddings(string id, string description)
    {
        var plain = Mlp(id, description, rounds: 0);
        return plain with
        {
            Defaults = plain.Defaults
                .With(o => o.Data.Tokens, TokenKind.WordPieces)
                .With(o => o.Data.MaxTokens, 512)
                .With(o => o.Data.VocabularySize, 8000)
                .With(o => o.Architecture.Pooling, PoolingKind.Mean)
                .With(o => o.Architecture.HeadHiddenSize, 64),
        };
    }

    private static Preset Recurrent(string id, EncoderFamilies family, string description) => new()
    {
        Id = id,
        Description = description,
        Encoder = family,
        Languages = ["mul"],
        Defaults = family is EncoderFamilies.Rnn or EncoderFamilies.Bifnn ? RecurrentDefaults.With(o => o.Architecture.Activation, ActivationKind.Tanh) : RecurrentDefaults,
    };

    private static Preset Transformer(string id, string description, int hiddenSize, int layers) => new()
    {
        Id = id,
        Description = description,
        Encoder = EncoderFamilies.Transformer,
        Methods = TrainingMethods.All,
        Languages = ["mul"],
        Defaults = OptionSet.Empty
            .With(o => o.Schedule.LearningRate, 5e-4)
            .With(o => o.Schedule.Scheduler, SchedulerKind.Linear)
            .With(o => o.Data.MaxTokens, 128)
            .With(o => o.Data.VocabularySize, 8000)
            .With(o => o.Architecture.HiddenSize, hiddenSize)
            .With(o => o.Architecture.Layers, layers)
            .With(o => o.Architecture.Heads, 4)
            .With(o => o.Architecture.Pooling, PoolingKind.MeanMax)
            .With(o => o.Feedback.Rounds, 0),
    };
}
