using System.Text;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.LanguageModeling;

public sealed class MaskedLanguageModelTests
{
    private static readonly int[] Places = [0, 3, 4, 9];

    public static TheoryData<string> Encoders => ["own", "post", "sinusoidal", "bert", "distilbert", "roberta", "swish"];

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Logits_AreThoseOfThePlainFormula(string encoder)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Create(encoder);
        model.to(float64);
        model.eval();

        var logits = model.Forward(Texts(), Places, CPU);

        Assert.Equal([Places.Length, TinyModels.Vocabulary], logits.shape);
        var expected = Reference(model, encoder);
        for (var row = 0; row < Places.Length; row++)
        {
            for (var token = 0; token < TinyModels.Vocabulary; token++)
            {
                Assert.Equal(expected[row][token], logits[row, token].item<double>(), 1e-10);
            }
        }
    }

    [Fact]
    public void Names_AreTheApprovedOnes()
    {
        using var model = Create("own");
        var names = new StringBuilder();
        foreach (var (name, tensor) in model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).Where(entry => entry.Key.StartsWith(LanguageModelFactory.HeadPrefix, StringComparison.Ordinal)))
        {
            names.Append(name).Append(" [").AppendJoin(", ", tensor.shape).Append("]\n");
        }

        Assert.Equal(
            """
            language_head.bias [50]
            language_head.norm.bias [16]
            language_head.norm.weight [16]
            language_head.projection.bias [16]
            language_head.projection.weight [16, 16]

            """,
            names.ToString());
        Assert.All(model.state_dict().Keys, name => Assert.True(name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith(LanguageModelFactory.HeadPrefix, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("own")]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void Gradients_AreThoseOfDifferences_TheTiedTablesToo(string encoder)
    {
        using var scope = NewDisposeScope();
        using var model = Create(encoder);
        model.to(float64);
        model.eval();
        GradientCheck.Stir(model, deviation: 0.2);
        var targets = tensor(new long[] { 7, 3, 3, 41 });

        var found = GradientCheck.Run(model, () => nn.functional.cross_entropy(model.Forward(Texts(), Places, CPU), targets));

        Assert.All(found, deviation => Assert.True(deviation.Relative < GradientCheck.Tolerance, $"{deviation}"));
        Assert.Contains(found, deviation => deviation.Parameter == "encoder.embeddings.token.weight" && deviation.Slope > 1e-3);
    }

    [Fact]
    public void Table_LearnsAsInputAndAsOutput()
    {
        using var scope = NewDisposeScope();
        using var model = Create("own");
        model.eval();

        nn.functional.cross_entropy(model.Forward(Texts(), Places, CPU), tensor(new long[] { 7, 3, 3, 41 })).backward();

        // A token that no text holds has a gradient all the same: as one of those that were not there.
        var gradient = model.Encoder.TokenTable!.grad!;
        Assert.DoesNotContain(49, Texts().Ids);
        Assert.True(gradient[49].norm().item<float>() > 0);
    }

    [Fact]
    public void Places_DoNotDependOnEachOther()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var model = Create("own");
        model.eval();

        var together = model.Forward(Texts(), Places, CPU);

        for (var i = 0; i < Places.Length; i++)
        {
            var alone = model.Forward(Texts(), [Places[i]], CPU)[0];
            Assert.True((alone - together[i]).abs().max().item<float>() < 1e-5);
        }
    }

    [Fact]
    public void Forward_LeavesNoTensorsBehind()
    {
        using var model = Create("own");
        model.eval();

        Assert.Equal(0, TensorGuard.Growth(5, () =>
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            model.Forward(Texts(), Places, CPU);
        }));
    }

    [Fact]
    public void EncodersThatCannotGuess_AreRefusedWithTheReason()
    {
        Assert.Null(LanguageModelFactory.Problem(TinyModels.Transformer));
        foreach (var (encoder, reason) in new (EncoderConfig, string)[]
        {
            (TinyModels.Transformer with { Causal = true }, "only those before them"),
            (TinyModels.Mlp, "each token by itself"),
            (TinyModels.Gru, "no transformer"),
        })
        {
            Assert.Contains(reason, LanguageModelFactory.Problem(encoder), StringComparison.Ordinal);
            Assert.Contains(reason, Assert.Throws<InvalidConfigurationException>(() => LanguageModelFactory.Create(Config(encoder))).Message, StringComparison.Ordinal);
        }
    }

    private static PackedTokens Texts() => PackedTokens.Pack([.. TinyModels.Texts(6, 4).Select(text => text with { Ids = [.. text.Ids.Select(id => id % 49)] })]);

    // LN(f(W·h + b))·Eᵀ + c with plain numbers, from the state dictionary alone.
    private static double[][] Reference(MaskedLanguageModel model, string encoder)
    {
        double[] Numbers(string name) => model.state_dict()[name].data<double>().ToArray();
        var (weight, bias, scale, shift, tokenBias, table) = (
            Numbers("language_head.projection.weight"), Numbers("language_head.projection.bias"), Numbers("language_head.norm.weight"), Numbers("language_head.norm.bias"),
            Numbers("language_head.bias"), Numbers("encoder.embeddings.token.weight"));
        var (width, epsilon) = (model.Encoder.HiddenSize, ((TransformerEncoderConfig)model.Config.Encoder).NormEpsilon);
        using var layout = new TokenLayout(Texts().Lengths, CPU);
        var states = model.Encoder.Encode(model.Encoder.Embed(Texts(), layout), 0, model.Encoder.LayerCount).Rows;
        return [.. Places.Select(place =>
        {
            var state = states[place].data<double>().ToArray();
            var features = new double[width];
            for (var i = 0; i < width; i++)
            {
                var sum = bias[i];
                for (var j = 0; j < width; j++)
                {
                    sum += weight[(i * width) + j] * state[j];
                }

                features[i] = encoder == "distilbert" ? Math.Max(sum, 0) : encoder == "swish" ? sum / (1 + Math.Exp(-sum)) : sum * NormalShare(sum);
            }

            var mean = features.Average();
            var deviation = Math.Sqrt(features.Average(value => (value - mean) * (value - mean)) + epsilon);
            var normed = features.Select((value, i) => ((value - mean) / deviation * scale[i]) + shift[i]).ToArray();
            return Enumerable.Range(0, TinyModels.Vocabulary).Select(token => tokenBias[token] + normed.Select((value, i) => value * table[(token * width) + i]).Sum()).ToArray();
        })];
    }

    // Φ(x), by Simpson's rule.
    private static double NormalShare(double x)
    {
        const int Steps = 2000;
        var width = x / Steps;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var at = i * width;
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-at * at / 2);
        }

        return 0.5 + (sum * width / 3 / Math.Sqrt(2 * Math.PI));
    }

    private static MaskedLanguageModel Create(string encoder)
    {
        var model = LanguageModelFactory.Create(Config(encoder switch
        {
            "post" => TinyModels.Transformer with { Norm = NormPlacement.Post },
            "sinusoidal" => TinyModels.Transformer with { Positions = PositionKind.Sinusoidal },
            "bert" => TinyModels.Transformer with { Family = HuggingFaceFamily.Bert, Norm = NormPlacement.Post, NormEpsilon = 1e-12 },
            "distilbert" => TinyModels.Transformer with { Family = HuggingFaceFamily.DistilBert, Norm = NormPlacement.Post, NormEpsilon = 1e-12, Segments = 0, Activation = ActivationKind.Relu },
            // The layers' activation is not the head's.
            "roberta" => TinyModels.Transformer with { Family = HuggingFaceFamily.Roberta, Norm = NormPlacement.Post, Segments = 1, PositionPadding = 1, MaxPositions = 34, Activation = ActivationKind.Mish },
            "swish" => TinyModels.Transformer with { Activation = ActivationKind.Swish },
            _ => TinyModels.Transformer,
        }));
        TinyModels.Draw(model, seed: 3);
        if (encoder == "swish")
        {
            using var mode = no_grad();
            model.state_dict()["language_head.activation.beta"].fill_(1);
        }

        return model;
    }

    private static ClassifierConfig Config(EncoderConfig encoder) => TinyModels.Plain(encoder) with { Labels = [] };
}
