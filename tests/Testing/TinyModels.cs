using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using TorchSharp;

namespace FeedbackService.Testing;

/// <summary>Classifiers small enough to be made and run thousands of times in a test.</summary>
public static class TinyModels
{
    public const int Vocabulary = 50;

    public static readonly IReadOnlyList<string> Labels = ["red", "green", "blue"];

    public static MlpEncoderConfig Mlp { get; } = new() { HiddenSize = 16, Layers = 2, Buckets = Vocabulary };

    public static TransformerEncoderConfig Transformer { get; } = new()
    {
        HiddenSize = 16,
        Layers = 2,
        Heads = 2,
        IntermediateSize = 32,
        VocabularySize = Vocabulary,
        MaxPositions = 32,
    };

    public static RnnEncoderConfig Rnn { get; } = new() { HiddenSize = 16, Layers = 2, VocabularySize = Vocabulary };

    public static LstmEncoderConfig Lstm { get; } = new() { HiddenSize = 16, Layers = 2, VocabularySize = Vocabulary };

    public static GruEncoderConfig Gru { get; } = new() { HiddenSize = 16, Layers = 2, VocabularySize = Vocabulary };

    public static BifnnEncoderConfig Bifnn { get; } = new() { HiddenSize = 16, Layers = 2, VocabularySize = Vocabulary };

    public static ClassifierConfig Plain(EncoderConfig? encoder = null, PoolingKind pooling = PoolingKind.MeanMax) => new()
    {
        Encoder = encoder ?? Mlp,
        Pooling = pooling,
        Labels = Labels,
        MaxTokens = 32,
    };

    public static ClassifierConfig WithFeedback(
        EncoderConfig? encoder = null,
        FeedbackKind feedback = FeedbackKind.Attention,
        FusionKind fusion = FusionKind.Gated,
        PoolingKind pooling = PoolingKind.MeanMax,
        double initialScale = 0) => Plain(encoder, pooling) with
        {
            Feedback = new FeedbackConfig { Feedback = feedback, Fusion = fusion, Rounds = 2, Heads = 4, InitialScale = initialScale },
        };

    /// <summary>Moves every parameter by N(0, 0.1²), away from whatever is zero or equal at the start.</summary>
    public static void Shake(torch.nn.Module module)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        foreach (var parameter in module.parameters())
        {
            parameter.add_(torch.randn_like(parameter), alpha: 0.1);
        }
    }

    /// <summary>
    /// Gives every parameter a value that the seed alone decides: maps and tables N(0, 1/columns), the rest its start moved by N(0, 0.1²).
    /// The common generator would not do: tests that run at the same time draw from it too.
    /// </summary>
    public static void Draw(torch.nn.Module module, int seed)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var generator = new torch.Generator((ulong)seed, torch.CPU);
        foreach (var parameter in module.parameters())
        {
            var noise = torch.randn(parameter.shape, generator: generator);
            if (parameter.dim() > 1)
            {
                parameter.copy_(noise.div(Math.Sqrt(parameter.shape[^1])));
            }
            else
            {
                parameter.add_(noise, alpha: 0.1);
            }
        }
    }

    /// <summary>Texts of the given lengths with ids drawn from a fixed seed; text i is the same whatever its neighbours.</summary>
    public static TokenizedText[] Texts(params int[] lengths) =>
    [
        .. lengths.Select((length, index) =>
        {
            var random = new Random(1000 + index);
            var ids = Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary)).ToArray();
            return new TokenizedText(ids, null, length);
        }),
    ];
}
