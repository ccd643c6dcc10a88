using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Gpu;

/// <summary>The models that are compared and measured.</summary>
internal static class Shapes
{
    private const int Width = 64;
    private const int SmallVocabulary = 1000;
    private const int LongestSmall = 128;

    /// <summary>Small ones of every encoder, every feedback and every fusion, whose feedback is loud enough to matter.</summary>
    public static IEnumerable<(string Name, ClassifierConfig Config)> Compared =>
        (from feedback in Enum.GetValues<FeedbackKind>()
         from fusion in Enum.GetValues<FusionKind>()
         select ($"transformer, {feedback}, {fusion}".ToLowerInvariant(), WithFeedback(Small, feedback, fusion)))
        .Concat(new (string, EncoderConfig)[]
        {
            ("transformer with norms behind", Small with { Norm = NormPlacement.Post }),
            ("mlp", new MlpEncoderConfig { HiddenSize = Width, Layers = 2, Buckets = SmallVocabulary }),
            ("rnn", new RnnEncoderConfig { HiddenSize = Width, Layers = 2, VocabularySize = SmallVocabulary }),
            ("lstm", new LstmEncoderConfig { HiddenSize = Width, Layers = 2, VocabularySize = SmallVocabulary }),
            ("gru", new GruEncoderConfig { HiddenSize = Width, Layers = 2, VocabularySize = SmallVocabulary }),
            ("bifnn", new BifnnEncoderConfig { HiddenSize = Width, Layers = 2, VocabularySize = SmallVocabulary }),
        }.Select(pair => (pair.Item1 + ", attention, gated", WithFeedback(pair.Item2, FeedbackKind.Attention, FusionKind.Gated))));

    /// <summary>The plain transformer whose speed is measured.</summary>
    public static ClassifierConfig Measured(bool isBase) => Plain(isBase
        ? new TransformerEncoderConfig
        {
            Norm = NormPlacement.Post,
            VocabularySize = 30_522,
            HiddenSize = 768,
            Layers = 12,
            Heads = 12,
            IntermediateSize = 3072,
            MaxPositions = 512,
        }
        : Small);

    /// <summary>Texts and tokens of each at inference.</summary>
    public static IReadOnlyList<(int Texts, int Tokens)> InferenceBatches(bool isBase) =>
        isBase ? [(1, 32), (8, 128), (32, 128), (128, 128), (256, 128), (64, 512)] : [(1, 16), (8, 32), (32, 64)];

    /// <summary>Texts and tokens of each in training.</summary>
    public static IReadOnlyList<(int Texts, int Tokens)> TrainingBatches(bool isBase) =>
        isBase ? [(16, 128), (64, 128), (128, 128), (32, 512)] : [(8, 32), (32, 64)];

    /// <summary>
    /// Operations of the matrix products of a plain pass over one text: per layer and token 8H² + 4HI of the maps and 4TH of attention. Training takes three times as many.
    /// </summary>
    public static double Operations(ClassifierConfig config, int tokens)
    {
        var encoder = (TransformerEncoderConfig)config.Encoder;
        double width = encoder.HiddenSize;
        return encoder.Layers * tokens * ((8 * width * width) + (4 * width * encoder.IntermediateSize) + (4 * tokens * width));
    }

    /// <summary>Texts of random ids.</summary>
    public static IReadOnlyList<TokenizedText> Texts(ClassifierConfig config, IEnumerable<int> lengths)
    {
        var random = new Random(1);
        var ids = config.Encoder switch
        {
            MlpEncoderConfig mlp => mlp.Buckets,
            TransformerEncoderConfig transformer => transformer.VocabularySize,
            RecurrentEncoderConfig recurrent => recurrent.VocabularySize,
            _ => 1,
        };
        return [.. lengths.Select(length => new TokenizedText([.. Enumerable.Range(0, length).Select(_ => random.Next(ids))], null, length))];
    }

    private static TransformerEncoderConfig Small => new()
    {
        VocabularySize = SmallVocabulary,
        HiddenSize = Width,
        Layers = 2,
        Heads = 4,
        IntermediateSize = 4 * Width,
        MaxPositions = LongestSmall,
    };

    private static ClassifierConfig Plain(EncoderConfig encoder) => new()
    {
        Encoder = encoder,
        Labels = ["a", "b", "c", "d"],
        MaxTokens = encoder is TransformerEncoderConfig transformer ? transformer.MaxPositions : LongestSmall,
    };

    private static ClassifierConfig WithFeedback(EncoderConfig encoder, FeedbackKind feedback, FusionKind fusion) => Plain(encoder) with
    {
        Feedback = new FeedbackConfig { Feedback = feedback, Fusion = fusion, Rounds = 2, Heads = 4, InitialScale = 0.5 },
    };
}
