using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

/// <summary>Tiny classifiers with adapters, and their bases.</summary>
internal static class AdaptedModels
{
    public const AdapterTargets AllOfTransformer =
        AdapterTargets.Query | AdapterTargets.Key | AdapterTargets.Value | AdapterTargets.Output | AdapterTargets.Inner | AdapterTargets.Outer;

    /// <summary>Every way of adapting with every kind of encoder that knows it.</summary>
    public static IEnumerable<(string Adapter, string Encoder)> All =>
        from adapter in new[] { "lora", "adalora", "houlsby", "pfeiffer" }
        from encoder in new[] { "mlp", "transformer", "transformer-post", "roberta", "gpt2", "rnn", "bifnn" }
        where adapter is "lora" or "adalora" || encoder is not ("rnn" or "bifnn")
        select (adapter, encoder);

    public static AdapterConfig Adapter(string name, EncoderConfig encoder) => name switch
    {
        "lora" => new LoraConfig { Rank = 3, Alpha = 6, Targets = AdapterRules.Adaptable(encoder) },
        "adalora" => new AdaLoraConfig { Rank = 3, Alpha = 6, Targets = AdapterRules.Adaptable(encoder) },
        "houlsby" => new HoulsbyConfig { Size = 5 },
        "pfeiffer" => new PfeifferConfig { Size = 5 },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such adapter."),
    };

    /// <summary>With feedback, because later rounds run through the adapted layers again.</summary>
    public static ClassifierConfig Config(string adapter, string encoder)
    {
        var shape = Combinations.Encoder(encoder);
        return TinyModels.WithFeedback(shape, initialScale: 0.5) with { Adapter = Adapter(adapter, shape) };
    }

    /// <summary>A classifier with weights of the base, its head and loop too, and an adapter as it starts.</summary>
    public static TextClassifier OnTopOf(TextClassifier of, AdapterConfig adapter)
    {
        var adapted = ClassifierFactory.Create(of.Config with { Adapter = adapter });
        using var mode = no_grad();
        var state = adapted.state_dict();
        foreach (var (name, weight) in of.state_dict())
        {
            state[name].copy_(weight);
        }

        return adapted;
    }

    /// <summary>Writes an adapter's artifact with drawn weights.</summary>
    public static void Write(string directory, ClassifierConfig config, string baseHash, int seed, ITextTokenizer tokenizer, Calibration? calibration = null)
    {
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, seed);
        ArtifactWriter.Write(directory, new ArtifactContents
        {
            Kind = ArtifactKind.Adapter,
            Base = new ArtifactBase("base:1", baseHash),
            Config = config,
            Tokenizer = tokenizer,
            Weights = AdapterParts.WeightsOf(classifier),
            Calibration = calibration,
            CreatedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            Attachments = new Dictionary<string, byte[]> { ["report.json"] = "{}"u8.ToArray() },
        });
    }

    public static float[] Numbers(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
