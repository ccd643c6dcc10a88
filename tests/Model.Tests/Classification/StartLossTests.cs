using FeedbackService.Model.Classification;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class StartLossTests
{
    // Seed item 2-10: with one output per label the first loss is that of guessing, ln C = 1.386 of four, and not ln 10000 = 9.21 of a head as wide as the vocabulary.
    // Normed states give the head's logits a variance near 1, which costs some 0.4.
    [Theory]
    [InlineData("mlp", 0.01)]
    [InlineData("rnn", 0.3)]
    [InlineData("lstm", 0.1)]
    [InlineData("gru", 0.1)]
    [InlineData("transformer", 0.5)]
    public void BeforeTraining_TheLossIsThatOfGuessing(string encoder, double tolerance)
    {
        manual_seed(10);
        var config = TinyModels.Plain(Combinations.Encoder(encoder)) with { Labels = ["a", "b", "c", "d"] };
        using var classifier = ClassifierFactory.Create(config);
        classifier.eval();
        using var scope = NewDisposeScope();
        var texts = TinyModels.Texts([.. Enumerable.Range(0, 64).Select(text => 3 + (text % 9))]);
        var target = tensor(Enumerable.Range(0, texts.Length).Select(text => (long)(text % 4)).ToArray());

        var loss = nn.functional.cross_entropy(classifier.Forward(PackedTokens.Pack(texts), CPU, 0)[0], target).item<float>();

        Assert.InRange(loss - Math.Log(4), -tolerance, tolerance);
    }
}
