using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ResultCacheTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TextInput Red = new("red apples");
    private static readonly TextInput Blue = new("blue sky");
    private static readonly TextInput Long = new(string.Join(' ', Enumerable.Repeat("blue", 40)));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unset_NothingIsKept()
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model("plain");
        await AskAsync(bench, model, [Red]);
        await AskAsync(bench, model, [Red]);
        Assert.Equal(0, bench.Results.Count);
        var scrape = await Scrape.TakeAsync(bench.Registry);
        Assert.Equal(2, scrape["""feedbackservice_classify_texts_total{priority="interactive"}"""]);
        Assert.Equal(0, scrape["""feedbackservice_classify_cache_lookups_total{priority="interactive",result="miss"}"""]);
    }

    [Fact]
    public async Task KnownTexts_AreAnsweredAlike_WithoutTheModel()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100, LoadedBytes = 1 });
        var model = bench.Model("attending", new Calibration([1.5], [0.2, 0.3, 0.4]));
        TextInput[] texts = [Red, Long, Red with { TextPair = "sky" }];
        var first = await AskAsync(bench, model, texts);
        // Another takes its place in memory, and its files are gone.
        await bench.Engine.DescribeAsync(bench.Model("plain"), Cancel);
        Assert.False(bench.Cache.Holds(model));
        Directory.Delete(model.Directory, recursive: true);

        var again = await AskAsync(bench, model with { Address = "copy:7" }, texts);

        Assert.Equal(("copy:7", first.Config, first.Calibration), (again.Address, again.Config, again.Calibration));
        Assert.Equal(first.Items, again.Items);
        Assert.Equal([false, true, false], again.Items.Select(item => item.Reading.Truncated));
        Assert.Equal(default, again.Timing);
        Assert.Equal(0, bench.Texts.Count);
    }

    [Fact]
    public async Task RequestOfWhichSomeIsKnown_ComputesTheRest_AndAnswersInOrder()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100 });
        var model = bench.Model("attending");
        var red = (await AskAsync(bench, model, [Red])).Items[0];
        var mixed = await AskAsync(bench, model, [Blue, Red, Blue, Long]);
        Assert.Same(red, mixed.Items[1]);
        Assert.Same(mixed.Items[0].Prediction, mixed.Items[2].Prediction);
        Assert.True(mixed.Items[3].Reading.Truncated);
        Assert.Equal(mixed.Items, (await AskAsync(bench, model, [Blue, Red, Blue, Long])).Items);

        var scrape = await Scrape.TakeAsync(bench.Registry);
        Assert.Equal(3, scrape["""feedbackservice_classify_texts_total{priority="interactive"}"""]);
        Assert.Equal(5, scrape["""feedbackservice_classify_cache_lookups_total{priority="interactive",result="hit"}"""]);
        Assert.Equal(4, scrape["""feedbackservice_classify_cache_lookups_total{priority="interactive",result="miss"}"""]);
        Assert.Equal(4, scrape["""feedbackservice_model_cache_lookups_total{model="attending",version="1",result="miss"}"""]);
        Assert.Equal(5, scrape["""feedbackservice_model_cache_lookups_total{model="attending",version="1",result="hit"}"""]);
        Assert.Equal(3, scrape["feedbackservice_cached_texts"]);
    }

    [Fact]
    public async Task OtherTerms_AreNotKnown()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100 });
        var (model, other) = (bench.Model("feedback"), bench.Model("feedback"));
        Assert.Equal(2, (await AskAsync(bench, model, [Red])).Items[0].Prediction!.Rounds);
        Assert.Equal(1, (await AskAsync(bench, model, [Red], new PredictionOptions { MaxRounds = 1 })).Items[0].Prediction!.Rounds);
        var ofOther = (await AskAsync(bench, other, [Red])).Items[0].Prediction!;
        Assert.NotEqual(ofOther.Logits, (await AskAsync(bench, model, [Red])).Items[0].Prediction!.Logits);
        Assert.Equal(3, bench.Results.Count);
    }

    [Fact]
    public async Task TextThatMayNotBeCut_IsKnownToBeTooLong()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100 });
        var model = bench.Model("attending");
        Assert.NotNull((await AskAsync(bench, model, [Long])).Items[0].Prediction);
        await AskAsync(bench, model, [Long], truncate: false);
        var again = (await AskAsync(bench, model, [Long], truncate: false)).Items[0];
        Assert.Null(again.Prediction);
        Assert.Equal(42, again.Reading.FullLength);
        Assert.Equal(2, bench.Results.Count);
    }

    [Fact]
    public async Task Traces_AreComputedEachTime()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100 });
        var model = bench.Model("feedback");
        await AskAsync(bench, model, [Red]);
        Assert.NotNull((await AskAsync(bench, model, [Red], new PredictionOptions { WithTrace = true })).Items[0].Prediction!.Trace);
        Assert.Null((await AskAsync(bench, model, [Red])).Items[0].Prediction!.Trace);
        Assert.Equal(1, bench.Results.Count);
    }

    [Fact]
    public async Task Failures_AreNotKept()
    {
        await using var bench = ServingBench.Started(new ServingOptions { CachedTexts = 100 });
        var model = bench.Model("plain");
        for (var time = 0; time < 2; time++)
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AskAsync(bench, model, [Red], new PredictionOptions { MaxRounds = -1 }));
        }

        Assert.Equal(0, bench.Results.Count);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(50, 50)]
    public void NoMoreThanSoMany_AreKept(int limit, int most)
    {
        var sut = new ResultCache(new ServingOptions { CachedTexts = limit });
        for (var text = 0; text < 1000; text++)
        {
            Look(sut, text);
        }

        Assert.InRange(sut.Count, 1, most);
        Assert.True(Look(sut, 999));
        Assert.False(Look(sut, 0));
    }

    [Fact]
    public void TextAskedForAgainAndAgain_StaysWhenManyOthersPassBy()
    {
        var sut = new ResultCache(new ServingOptions { CachedTexts = 100 });
        var found = Enumerable.Range(0, 10_000).Count(text => Look(sut, text % 10 == 0 ? 0 : text));
        Assert.Equal(999, found);
    }

    // Looks for a text, and keeps an answer if there is none.
    private static bool Look(ResultCache cache, int text)
    {
        var terms = new TextTerms("1", ServingProvider.Torch, PredictionOptions.Default, Truncate: true, WorkPriority.Interactive);
        var lookup = cache.Find(terms, [new TextInput($"text {text}")])!;
        if (lookup.Misses > 0)
        {
            var answer = new ClassifiedText(new TextReading(1, 1), new Prediction([1], [1], 0, ExitReason.None, null));
            lookup.Complete(new ClassifiedTexts("news:1", TinyModels.Plain(), Calibration.Identity, [answer]));
        }

        return lookup.Hits > 0;
    }

    private static Task<ClassifiedTexts> AskAsync(ServingBench bench, ServableModel model, TextInput[] texts, PredictionOptions? options = null, bool truncate = true) =>
        bench.Engine.ClassifyAsync(model, texts, options ?? PredictionOptions.Default, truncate, WorkPriority.Interactive, Cancel).WaitAsync(Deadline, Cancel);
}
