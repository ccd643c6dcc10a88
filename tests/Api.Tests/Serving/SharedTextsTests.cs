using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Tests.Serving;

public sealed class SharedTextsTests : IDisposable
{
    private readonly GatedTokenizer _tokenizer = new();
    private readonly Predictor _predictor;

    public SharedTextsTests() => _predictor = _tokenizer.NewPredictor();

    [Fact]
    public void EqualTexts_AreListedOnce_AndGivenUpByTheLast()
    {
        var sut = new SharedTexts();
        var (first, created) = Join(sut, "red", "red", "blue");
        var (second, none) = Join(sut, "blue");
        Assert.Equal((2, 0, 2), (created.Length, none.Length, sut.Count));
        Assert.Same(first[0], first[1]);
        Assert.Same(first[2], second[0]);

        Assert.Equal([first[0].Item], sut.Leave(first));
        Assert.Equal((1, true, false), (sut.Count, first[0].Item.IsAbandoned, second[0].Item.IsAbandoned));
        Assert.Equal([second[0].Item], sut.Leave(second));
        Assert.Equal(0, sut.Count);
    }

    [Fact]
    public void TextThatIsDone_IsNotJoined_AndLeavingItLeavesALaterOneAlone()
    {
        var sut = new SharedTexts();
        var (early, _) = Join(sut, "red");
        Assert.Equal(0, sut.CountNew(Keys("red")));
        early[0].Item.Complete(null);
        Assert.Equal(1, sut.CountNew(Keys("red")));

        var (late, created) = Join(sut, "red");

        Assert.Equal(late, created);
        Assert.NotSame(early[0], late[0]);
        Assert.Empty(sut.Leave(early));
        Assert.Equal(0, sut.CountNew(Keys("red")));
        Assert.Equal([late[0].Item], sut.Leave(late));
    }

    [Fact]
    public void NewTexts_AreCountedOnceEach()
    {
        var sut = new SharedTexts();
        Join(sut, "red");
        Assert.Equal(2, sut.CountNew(Keys("red", "blue", "green", "blue", "red")));
    }

    public void Dispose()
    {
        _predictor.Dispose();
        _tokenizer.Dispose();
    }

    private (SharedText[] All, SharedText[] New) Join(SharedTexts sut, params string[] texts) =>
        sut.Join(Keys(texts), () => new InferenceItem(_predictor, PredictionOptions.Default));

    private static TextKey[] Keys(params string[] texts) =>
        TextKey.Of(new TextTerms("1", ServingProvider.Torch, PredictionOptions.Default, Truncate: true, WorkPriority.Interactive), [.. texts.Select(text => new TextInput(text))]);
}
