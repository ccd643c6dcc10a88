using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving;

public sealed class SharedInferenceTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TextInput Red = new("red apples");
    private static readonly TextInput Blue = new("blue sky");
    private static readonly PredictionOptions Unusable = new() { MaxRounds = -1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EqualTextsUnderWay_AreReadAndComputedOnce()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "feedback");
        var requests = Enumerable.Range(0, 5).Select(_ => AskAsync(bench, model, [Red])).ToArray();
        Assert.Equal((1, 1), (bench.Queue.Count, bench.Texts.Count));

        bench.Start();
        var answers = await Task.WhenAll(requests).WaitAsync(Deadline, Cancel);

        Assert.Single(answers.Select(answer => answer.Items[0].Prediction).Distinct(ReferenceEqualityComparer.Instance));
        Assert.All(answers, answer => Assert.Equal(answers[0].Items[0].Reading, answer.Items[0].Reading));
        Assert.Equal(0, bench.Texts.Count);
        var scrape = await Scrape.TakeAsync(bench.Registry);
        const string Version = "model=\"feedback\",version=\"1\"";
        Assert.Equal(1, scrape["""feedbackservice_classify_texts_total{priority="interactive"}"""]);
        Assert.Equal(1, scrape["""feedbackservice_classify_tokenize_seconds_count{priority="interactive"}"""]);
        Assert.Equal(4, scrape["""feedbackservice_classify_shared_texts_total{priority="interactive"}"""]);
        Assert.Equal(5, scrape["""feedbackservice_classify_requests_total{priority="interactive",outcome="answered"}"""]);
        Assert.Equal(1, scrape[$$"""feedbackservice_model_texts_total{{{Version}}}"""]);
        Assert.Equal(4, scrape[$$"""feedbackservice_model_shared_texts_total{{{Version}}}"""]);
    }

    [Fact]
    public async Task EqualTextsOfOneRequest_AreComputedOnce_AndAnsweredInTheirPlaces()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        var asked = AskAsync(bench, model, [Red, Blue, Red, Red, Blue]);
        Assert.Equal(2, bench.Queue.Count);
        bench.Start();
        var items = (await asked.WaitAsync(Deadline, Cancel)).Items;
        Assert.Equal([true, false, true, true, false], items.Select(item => ReferenceEquals(item.Prediction, items[0].Prediction)));
        Assert.Same(items[1].Prediction, items[4].Prediction);
    }

    [Fact]
    public async Task TextsOnOtherTerms_AreComputedEach()
    {
        await using var bench = new ServingBench();
        var (model, other) = (await LoadedAsync(bench, "feedback"), await LoadedAsync(bench, "feedback"));
        Task<ClassifiedTexts>[] requests =
        [
            AskAsync(bench, model, [Red]),
            AskAsync(bench, model, [Red], new PredictionOptions { MaxRounds = 0 }),
            AskAsync(bench, model, [Red], new PredictionOptions { MaxRounds = 1 }),
            AskAsync(bench, model, [Red], new PredictionOptions { ExitThreshold = 0.9 }),
            AskAsync(bench, model, [Red], new PredictionOptions { ExitChange = 0.1 }),
            AskAsync(bench, model, [Red], new PredictionOptions { WithTrace = true }),
            AskAsync(bench, model, [Red], truncate: false),
            AskAsync(bench, model, [Red], priority: WorkPriority.Background),
            AskAsync(bench, model, [Red with { TextPair = "sky" }]),
            AskAsync(bench, model, [Red with { TextPair = "" }]),
            AskAsync(bench, model, [new TextInput("Red apples")]),
            AskAsync(bench, other, [Red]),
        ];
        Assert.Equal(requests.Length, bench.Queue.Count);
        bench.Start();
        var answers = await Task.WhenAll(requests).WaitAsync(Deadline, Cancel);
        Assert.Equal([2, 0, 1], answers.Take(3).Select(answer => answer.Items[0].Prediction!.Rounds));
    }

    [Fact]
    public async Task EqualArtifactsOfTwoNames_Share_AndEachAnswersByItsName()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        Task<ClassifiedTexts>[] requests = [AskAsync(bench, model, [Red]), AskAsync(bench, model with { Address = "copy:7" }, [Red])];
        Assert.Equal(1, bench.Queue.Count);
        bench.Start();
        Assert.Equal(["plain:1", "copy:7"], (await Task.WhenAll(requests).WaitAsync(Deadline, Cancel)).Select(answer => answer.Address));
    }

    [Fact]
    public async Task Traces_AreShared_WithTheirSpans()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "attending");
        var traced = new PredictionOptions { WithTrace = true };
        Task<ClassifiedTexts>[] requests = [AskAsync(bench, model, [Red], traced), AskAsync(bench, model, [Red], traced)];
        Assert.Equal(1, bench.Queue.Count);
        bench.Start();
        Assert.All(await Task.WhenAll(requests).WaitAsync(Deadline, Cancel), answer => Assert.NotNull(answer.Items[0] is { Prediction.Trace: not null } item ? item.Reading.Spans : null));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task CallerThatGoes_LeavesTheTextToTheOther(int goes)
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        CancellationTokenSource[] gone = [new(), new()];
        Task<ClassifiedTexts>[] requests = [.. gone.Select(source => AskAsync(bench, model, [Red], cancellationToken: source.Token))];

        await gone[goes].CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => requests[goes].WaitAsync(Deadline, Cancel));

        Assert.Equal((1, 1), (bench.Queue.Count, bench.Texts.Count));
        bench.Start();
        Assert.NotNull((await requests[1 - goes].WaitAsync(Deadline, Cancel)).Items[0].Prediction);
        Array.ForEach(gone, source => source.Dispose());
    }

    [Fact]
    public async Task AllCallersThatGo_TakeTheTextOutOfTheQueue_AndItCanBeAskedForAnew()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        using var gone = new CancellationTokenSource();
        Task<ClassifiedTexts>[] requests = [.. Enumerable.Range(0, 3).Select(_ => AskAsync(bench, model, [Red, Blue], cancellationToken: gone.Token))];
        Assert.Equal(2, bench.Queue.Count);

        await gone.CancelAsync();
        foreach (var request in requests)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(Deadline, Cancel));
        }

        Assert.Equal((0, 0), (bench.Queue.Count, bench.Texts.Count));
        var again = AskAsync(bench, model, [Red]);
        Assert.Equal(1, bench.Queue.Count);
        bench.Start();
        Assert.NotNull((await again.WaitAsync(Deadline, Cancel)).Items[0].Prediction);
    }

    [Fact]
    public async Task Failure_ReachesAllThatShareTheText_AndIsNotRemembered()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        Task<ClassifiedTexts>[] bad = [.. Enumerable.Range(0, 3).Select(_ => AskAsync(bench, model, [Red], Unusable))];
        var good = AskAsync(bench, model, [Red]);
        bench.Start();
        foreach (var request in bad)
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => request.WaitAsync(Deadline, Cancel));
        }

        Assert.NotNull((await good.WaitAsync(Deadline, Cancel)).Items[0].Prediction);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AskAsync(bench, model, [Red], Unusable).WaitAsync(Deadline, Cancel));
        Assert.Equal(2, (await Scrape.TakeAsync(bench.Registry))["feedbackservice_classify_texts_failed_total"]);
        Assert.Equal(0, bench.Texts.Count);
    }

    [Fact]
    public async Task TextThatIsDone_IsComputedAnew()
    {
        await using var bench = ServingBench.Started();
        var model = await LoadedAsync(bench, "plain");
        await AskAsync(bench, model, [Red]).WaitAsync(Deadline, Cancel);
        await AskAsync(bench, model, [Red]).WaitAsync(Deadline, Cancel);
        Assert.Equal(2, (await Scrape.TakeAsync(bench.Registry))["""feedbackservice_classify_texts_total{priority="interactive"}"""]);
    }

    [Fact]
    public async Task TextsUnderWay_NeedNoRoom()
    {
        await using var bench = new ServingBench(new ServingOptions { QueueTexts = 2 });
        var model = await LoadedAsync(bench, "plain");
        var first = AskAsync(bench, model, [Red, Blue]);
        var second = AskAsync(bench, model, [Blue, Red, Red, Blue]);
        var refusal = await Assert.ThrowsAsync<ServiceException>(() => AskAsync(bench, model, [Red, new TextInput("green")]));
        Assert.Equal((429, "overloaded"), (refusal.Status, refusal.Code));
        bench.Start();
        Assert.Equal([2, 4], (await Task.WhenAll(first, second).WaitAsync(Deadline, Cancel)).Select(answer => answer.Items.Count));
    }

    [Fact]
    public async Task LongListOfEqualTexts_NeedsRoomForOne()
    {
        await using var bench = new ServingBench(new ServingOptions { QueueTexts = 2 });
        var model = await LoadedAsync(bench, "plain");
        var first = AskAsync(bench, model, [Red]);
        var second = AskAsync(bench, model, [.. Enumerable.Repeat(Blue, 1000)]);
        bench.Start();
        Assert.Equal(1000, (await second.WaitAsync(Deadline, Cancel)).Items.Count);
        await first.WaitAsync(Deadline, Cancel);
    }

    [Fact]
    public async Task Stop_EndsAllThatShareAText()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        Task<ClassifiedTexts>[] interactive = [AskAsync(bench, model, [Red]), AskAsync(bench, model, [Red])];
        Task<ClassifiedTexts>[] background = [AskAsync(bench, model, [Red], priority: WorkPriority.Background), AskAsync(bench, model, [Red], priority: WorkPriority.Background)];
        await bench.Thread.StopAsync(Cancel);
        foreach (var request in interactive)
        {
            Assert.Equal("stopping", (await Assert.ThrowsAsync<ServiceException>(() => request.WaitAsync(Deadline, Cancel))).Code);
        }

        foreach (var request in background)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(Deadline, Cancel));
        }
    }

    [Fact]
    public async Task Model_StaysUntilTheLastThatShareHaveTheirAnswer()
    {
        // One byte: a model is let go as soon as it is idle and another was used since.
        await using var bench = new ServingBench(new ServingOptions { LoadedBytes = 1 });
        var (model, other) = (await LoadedAsync(bench, "feedback"), bench.Model("plain"));
        using var gone = new CancellationTokenSource();
        var first = AskAsync(bench, model, [Red], cancellationToken: gone.Token);
        var second = AskAsync(bench, model, [Red]);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Deadline, Cancel));
        (await bench.Cache.RentAsync(other, Cancel)).Dispose();
        Assert.True(bench.Cache.Holds(model));

        bench.Start();
        Assert.NotNull((await second.WaitAsync(Deadline, Cancel)).Items[0].Prediction);

        Assert.False(bench.Cache.Holds(model));
    }

    [Fact]
    public async Task CallerThatGoesWhileItsTextIsRead_LeavesItToOthers()
    {
        using var gate = new GatedTokenizer();
        using var predictor = gate.NewPredictor();
        await using var bench = ServingBench.Started();
        using var gone = new CancellationTokenSource();
        var first = StartAsync(bench, predictor, [GatedTokenizer.Gate], gone.Token);
        await gate.EnteredAsync();
        var second = RunAsync(bench, predictor, [GatedTokenizer.Gate], Cancel);
        await gone.CancelAsync();
        gate.Open();

        Assert.NotNull(await (await second.WaitAsync(Deadline, Cancel)).Items[0].Completion);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Deadline, Cancel));
        Assert.Equal(0, bench.Texts.Count);
    }

    [Fact]
    public async Task CallerThatSharesAndGoesWhileTheTextIsRead_LeavesItToTheFirst()
    {
        using var gate = new GatedTokenizer();
        using var predictor = gate.NewPredictor();
        await using var bench = ServingBench.Started();
        var first = StartAsync(bench, predictor, [GatedTokenizer.Gate], Cancel);
        await gate.EnteredAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(bench, predictor, [GatedTokenizer.Gate], new CancellationToken(canceled: true)));
        gate.Open();
        Assert.NotNull(await (await first.WaitAsync(Deadline, Cancel)).Items[0].Completion);
    }

    [Fact]
    public async Task RequestForWhichThereIsNoRoomOnceItIsRead_IsRefused_WithAllThatShareItsTexts()
    {
        using var gate = new GatedTokenizer();
        using var predictor = gate.NewPredictor();
        await using var bench = new ServingBench(new ServingOptions { QueueTexts = 1 });
        var first = StartAsync(bench, predictor, [GatedTokenizer.Gate], Cancel);
        await gate.EnteredAsync();
        var second = RunAsync(bench, predictor, [GatedTokenizer.Gate], Cancel);
        var other = RunAsync(bench, predictor, ["blue"], Cancel);
        Assert.Equal(1, bench.Queue.Count);
        gate.Open();

        foreach (var request in new[] { first, second })
        {
            Assert.Equal(429, (await Assert.ThrowsAsync<ServiceException>(() => request.WaitAsync(Deadline, Cancel))).Status);
        }

        bench.Start();
        await other.WaitAsync(Deadline, Cancel);
        Assert.Equal(0, bench.Texts.Count);
    }

    [Fact]
    public async Task TextThatCannotBeRead_FailsAlone_ForAllThatShareIt()
    {
        using var gate = new GatedTokenizer();
        using var predictor = gate.NewPredictor();
        await using var bench = ServingBench.Started();
        var mixed = StartAsync(bench, predictor, ["red", GatedTokenizer.Bad, GatedTokenizer.Gate], Cancel);
        await gate.EnteredAsync();
        var sharing = RunAsync(bench, predictor, ["red", GatedTokenizer.Gate], Cancel);
        gate.Open();
        await Assert.ThrowsAsync<InvalidDataException>(() => mixed.WaitAsync(Deadline, Cancel));
        Assert.Equal(2, (await sharing.WaitAsync(Deadline, Cancel)).Items.Length);
    }

    [Fact]
    public async Task Timing_IsOfTheOwnRequest_AlsoOfATextThatWasUnderWayBefore()
    {
        await using var bench = new ServingBench();
        var model = await LoadedAsync(bench, "plain");
        var first = AskAsync(bench, model, [Red]);
        await WaitUntilAsync(() => bench.Queue.Waiting(WorkPriority.Interactive).Oldest > TimeSpan.FromMilliseconds(50));
        var started = TimeProvider.System.GetTimestamp();
        var second = AskAsync(bench, model, [Red]);
        bench.Start();
        var timing = (await second.WaitAsync(Deadline, Cancel)).Timing;
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        Assert.True((await first).Timing.Queue > TimeSpan.FromMilliseconds(50));
        Assert.All([timing.Tokenization, timing.Queue, timing.Inference], part => Assert.InRange(part, TimeSpan.Zero, elapsed));
        Assert.InRange(timing.Tokenization + timing.Queue + timing.Inference, TimeSpan.Zero, elapsed);
    }

    [Fact]
    public async Task CallersThatComeAndGo_GetTheAnswerOfTheirOwnText_AndNothingIsLeft()
    {
        await using var bench = ServingBench.Started(new ServingOptions { LoadedBytes = 1, BatchTexts = 4 });
        ServableModel[] models = [bench.Model("feedback"), bench.Model("feedback")];
        TextInput[] texts = [.. Enumerable.Range(0, 6).Select(text => new TextInput(string.Join(' ', Enumerable.Repeat(text % 2 == 0 ? "red" : "sky", 1 + text))))];
        var expected = new float[models.Length][][];
        for (var model = 0; model < models.Length; model++)
        {
            using var lease = await bench.Cache.RentAsync(models[model], Cancel);
            var predictor = lease.Predictor;
            expected[model] = [.. texts.Select(text => predictor.Predict([predictor.Tokenize(text)], PredictionOptions.Default)[0].Logits)];
        }

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (caller, _) =>
        {
            var model = caller / 3 % 2;
            int[] own = [.. Enumerable.Range(0, 4).Select(text => ((caller * 5) + (text * text)) % texts.Length)];
            using var gone = new CancellationTokenSource();
            var asked = AskAsync(bench, models[model], [.. own.Select(text => texts[text])], cancellationToken: gone.Token);
            if (caller % 3 == 0)
            {
                await Task.Yield();
                await gone.CancelAsync();
            }

            try
            {
                var items = (await asked.WaitAsync(Deadline, Cancel)).Items;
                foreach (var (place, text) in own.Index())
                {
                    // 1e-5: sums of a batch run in another order than those of a single text.
                    Assert.All(expected[model][text].Zip(items[place].Prediction!.Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
                }
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested)
            {
            }
        });
        Assert.Equal((0, 0), (bench.Texts.Count, bench.Queue.Count));
    }

    private static async Task<ServableModel> LoadedAsync(ServingBench bench, string kind)
    {
        var model = bench.Model(kind);
        (await bench.Cache.RentAsync(model, Cancel)).Dispose();
        return model;
    }

    private static Task<ClassifiedTexts> AskAsync(
        ServingBench bench,
        ServableModel model,
        TextInput[] texts,
        PredictionOptions? options = null,
        bool truncate = true,
        WorkPriority priority = WorkPriority.Interactive,
        CancellationToken? cancellationToken = null) =>
        bench.Engine.ClassifyAsync(model, texts, options ?? PredictionOptions.Default, truncate, priority, cancellationToken ?? Cancel);

    // On a thread of its own: whoever reads a text at the gate blocks.
    private static Task<(InferenceItem[] Items, ClassificationTiming Timing)> StartAsync(ServingBench bench, Predictor predictor, string[] texts, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => RunAsync(bench, predictor, texts, cancellationToken), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private static Task<(InferenceItem[] Items, ClassificationTiming Timing)> RunAsync(ServingBench bench, Predictor predictor, string[] texts, CancellationToken cancellationToken)
    {
        var terms = new TextTerms("gated", ServingProvider.Torch, PredictionOptions.Default, Truncate: true, WorkPriority.Interactive);
        return bench.Inference.RunAsync(TextKey.Of(terms, [.. texts.Select(text => new TextInput(text))]), predictor, null, cancellationToken);
    }

    private static Task WaitUntilAsync(Func<bool> condition) =>
        Eventually.HoldsAsync(_ => Task.FromResult(condition()), Deadline, () => "It does not come true.", Cancel);
}
