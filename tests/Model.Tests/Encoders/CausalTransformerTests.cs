using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

/// <summary>What sets the encoders of published families apart from those trained from scratch.</summary>
public sealed class CausalTransformerTests
{
    [Fact]
    public void LaterTokens_ChangeNoEarlierState()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var classifier = Create("gpt2");
        int[] text = [3, 7, 1, 12, 9];

        var whole = States(classifier, text);
        var beginning = States(classifier, text[..3]);

        Assert.Equal(beginning.data<float>(), whole.narrow(0, 0, 3).data<float>(), (one, other) => Math.Abs(one - other) < 1e-6);
        Assert.NotEqual(States(classifier, [3, 7, 1, 12, 8]).data<float>().Last(), whole.data<float>().Last());
    }

    [Fact]
    public void PaddingWrittenOut_IsReadButNotCounted()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var classifier = Create("roberta");
        var layout = new TokenLayout([4], CPU);
        var embedded = classifier.Encoder.Embed(Pack(5, 1, 6, 7), layout).Rows;
        var counted = classifier.Encoder.Embed(Pack(5, 6, 7, 8), layout).Rows;

        Assert.Equal(counted[1].data<float>(), embedded[2].data<float>());
        Assert.Equal(counted[2].data<float>(), embedded[3].data<float>());
        Assert.NotEqual(counted[0].data<float>(), embedded[1].data<float>());
    }

    [Fact]
    public void TextLongerThanThePositions_IsRefused()
    {
        using var classifier = Create("roberta");
        using var layout = new TokenLayout([33], CPU);
        Assert.Contains("does not fit the 32 positions", Assert.Throws<ArgumentException>(() => classifier.Encoder.Embed(Pack(new int[33]), layout)).Message, StringComparison.Ordinal);
    }

    private static TextClassifier Create(string encoder)
    {
        manual_seed(5);
        var classifier = ClassifierFactory.Create(TinyModels.Plain(Combinations.Encoder(encoder), PoolingKind.Last));
        TinyModels.Shake(classifier);
        classifier.eval();
        return classifier;
    }

    private static Tensor States(TextClassifier classifier, int[] ids)
    {
        var layout = new TokenLayout([ids.Length], CPU);
        return classifier.Encoder.Encode(classifier.Encoder.Embed(Pack(ids), layout), 0, classifier.Encoder.LayerCount).Rows;
    }

    private static PackedTokens Pack(params int[] ids) => PackedTokens.Pack([new TokenizedText(ids, null, ids.Length)]);
}
