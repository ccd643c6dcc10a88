using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public class PlainAtStartTests
{
    public static TheoryData<string, FeedbackKind, FusionKind> Combinations
    {
        get
        {
            var data = new TheoryData<string, FeedbackKind, FusionKind>();
            foreach (var feedback in Enum.GetValues<FeedbackKind>())
            {
                foreach (var fusion in Enum.GetValues<FusionKind>())
                {
                    data.Add("mlp", feedback, fusion);
                    data.Add("transformer", feedback, fusion);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void EveryRound_EqualsThePlainClassifierBitForBit(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        EncoderConfig config = encoder == "mlp" ? TinyModels.Mlp : TinyModels.Transformer;
        manual_seed(7);
        using var plain = ClassifierFactory.Create(TinyModels.Plain(config));
        manual_seed(7);
        using var looped = ClassifierFactory.Create(TinyModels.WithFeedback(config, feedback, fusion));
        plain.eval();
        looped.eval();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));
        using var scope = NewDisposeScope();
        using var mode = inference_mode();

        var expected = plain.Forward(tokens, CPU, 0)[0];
        var rounds = looped.Forward(tokens, CPU, 2);

        Assert.Equal(3, rounds.Count);
        Assert.All(rounds, logits => Assert.Equal(0.0f, (logits - expected).abs().max().item<float>()));
    }
}
