using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ClassificationEngineTests
{
    private static readonly string[] Words = ["red", "green", "blue", "sky", "apples", "are", "not", "新闻", "!!!"];
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("feedback")]
    [InlineData("attending")]
    public async Task ManyCallersAtOnce_GetTheAnswersOfSingleTexts_InTheirOrder(string kind)
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model(kind);
        var requests = Enumerable.Range(0, 32).Select(caller => Enumerable.Range(0, 1 + (caller % 5)).Select(text => Text((caller * 7) + text)).ToArray()).ToArray();

        var answers = await Task.WhenAll(requests.Select(texts => Task.Run(() => ClassifyAsync(bench, model, texts), Cancel)));

        using var lease = await bench.Cache.RentAsync(model, Cancel);
        foreach (var (texts, answer) in requests.Zip(answers))
        {
            Assert.Equal(model.Address, answer.Address);
            Assert.Equal(texts.Length, answer.Items.Count);
            foreach (var (text, item) in texts.Zip(answer.Items))
            {
                var single = lease.Predictor.Predict([lease.Predictor.Tokenize(text)], PredictionOptions.Default)[0];
                // 1e-5: sums of a batch run in another order than those of a single text.
                Assert.All(single.Logits.Zip(item.Prediction!.Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
                Assert.Equal(single.Rounds, item.Prediction.Rounds);
            }
        }
    }

    [Fact]
    public async Task Rounds_AreCappedOrStoppedByEachRequest()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("feedback");
        PredictionOptions[] options = [new() { MaxRounds = 0 }, new() { MaxRounds = 1 }, new() { MaxRounds = 9 }, new() { ExitThreshold = 0.01 }, new()];
        // Queued before the thread starts, so that all share a batch.
        var answers = options.Select(option => ClassifyAsync(bench, model, [new TextInput("red apples")], option)).ToArray();
        bench.Start();
        var predictions = (await Task.WhenAll(answers)).Select(answer => answer.Items[0].Prediction!).ToArray();
        Assert.Equal([0, 1, 2, 0, 2], predictions.Select(prediction => prediction.Rounds));
        Assert.Equal(
            [ExitReason.MaxRounds, ExitReason.MaxRounds, ExitReason.None, ExitReason.Settled, ExitReason.None],
            predictions.Select(prediction => prediction.Exit));
    }

    [Fact]
    public async Task TextOverTheLimit_IsCut_OrLeftWithoutPrediction()
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model("attending");
        TextInput[] texts = [new("red"), new(string.Join(' ', Enumerable.Repeat("blue", 40))), new("green")];
        var cut = await ClassifyAsync(bench, model, texts);
        Assert.Equal([false, true, false], cut.Items.Select(item => item.Reading.Truncated));
        Assert.All(cut.Items, item => Assert.NotNull(item.Prediction));
        var refused = await ClassifyAsync(bench, model, texts, truncate: false);
        Assert.Equal([true, false, true], refused.Items.Select(item => item.Prediction is not null));
        Assert.Equal(42, refused.Items[1].Reading.FullLength);
    }

    [Fact]
    public async Task FullQueue_Is429WithATimeToTryAgain()
    {
        await using var bench = new ServingBench(new ServingOptions { QueueTexts = 2 });
        var model = bench.Model("plain");
        var waiting = ClassifyAsync(bench, model, [Text(1), Text(2)]);
        await WaitUntilAsync(() => bench.Queue.Count == 2);
        var refusal = await Assert.ThrowsAsync<ServiceException>(() => ClassifyAsync(bench, model, [Text(3)]));
        Assert.Equal((429, "overloaded"), (refusal.Status, refusal.Code));
        Assert.True(refusal.RetryAfter >= TimeSpan.FromSeconds(1));
        var background = ClassifyAsync(bench, model, [Text(4)], priority: WorkPriority.Background);
        bench.Start();
        await Task.WhenAll(waiting, background).WaitAsync(Deadline, Cancel);
    }

    [Fact]
    public async Task CallerThatGoesWhileWaiting_EndsAtOnceAndMakesRoom()
    {
        await using var bench = new ServingBench();
        using var gone = new CancellationTokenSource();
        var answer = ClassifyAsync(bench, bench.Model("plain"), [Text(1), Text(2)], cancellationToken: gone.Token);
        await WaitUntilAsync(() => bench.Queue.Count == 2);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(Deadline, Cancel));
        Assert.Equal(0, bench.Queue.Count);
    }

    [Fact]
    public async Task CallersThatGoDuringTheirBatch_NeverTakeTheModelFromUnderIt()
    {
        // One byte: a model is let go as soon as it is idle and another was used since.
        await using var bench = ServingBench.Started(new ServingOptions { LoadedBytes = 1, BatchTexts = 4 });
        ServableModel[] models = [bench.Model("feedback"), bench.Model("feedback")];
        var unexpected = 0;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (caller, _) =>
        {
            using var gone = new CancellationTokenSource();
            var answer = ClassifyAsync(bench, models[caller % 2], [.. Enumerable.Range(0, 12).Select(Text)], cancellationToken: gone.Token);
            if (caller % 3 > 0)
            {
                await Task.Yield();
                await gone.CancelAsync();
            }

            try
            {
                Assert.All((await answer.WaitAsync(Deadline, Cancel)).Items, item => Assert.NotNull(item.Prediction));
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested)
            {
            }
            catch (Exception)
            {
                Interlocked.Increment(ref unexpected);
                throw;
            }
        });
        Assert.Equal(0, unexpected);
    }

    [Fact]
    public async Task TextThatFails_FailsAlone()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        var good = ClassifyAsync(bench, model, [Text(1)]);
        var bad = ClassifyAsync(bench, model, [Text(2)], new PredictionOptions { MaxRounds = -1 });
        var alsoGood = ClassifyAsync(bench, model, [Text(3)]);
        await WaitUntilAsync(() => bench.Queue.Count == 3);
        bench.Start();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => bad.WaitAsync(Deadline, Cancel));
        await Task.WhenAll(good, alsoGood).WaitAsync(Deadline, Cancel);
    }

    [Fact]
    public async Task Stop_EndsEveryCallerThatWaits()
    {
        await using var bench = new ServingBench();
        var model = bench.Model("plain");
        var interactive = ClassifyAsync(bench, model, [Text(1)]);
        var background = ClassifyAsync(bench, model, [Text(2)], priority: WorkPriority.Background);
        await WaitUntilAsync(() => bench.Queue.Count == 2);
        await bench.Thread.StopAsync(Cancel);
        var refusal = await Assert.ThrowsAsync<ServiceException>(() => interactive.WaitAsync(Deadline, Cancel));
        Assert.Equal((429, "stopping"), (refusal.Status, refusal.Code));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => background.WaitAsync(Deadline, Cancel));
        refusal = await Assert.ThrowsAsync<ServiceException>(() => ClassifyAsync(bench, model, [Text(3)]));
        Assert.Equal("stopping", refusal.Code);
    }

    private static TextInput Text(int seed)
    {
        var random = new Random(seed);
        var text = string.Join(' ', Enumerable.Range(0, 1 + random.Next(12)).Select(_ => Words[random.Next(Words.Length)]));
        return new TextInput(text, seed % 4 == 0 ? Words[seed % Words.Length] : null);
    }

    private static Task<ClassifiedTexts> ClassifyAsync(
        ServingBench bench,
        ServableModel model,
        TextInput[] texts,
        PredictionOptions? options = null,
        bool truncate = true,
        WorkPriority priority = WorkPriority.Interactive,
        CancellationToken? cancellationToken = null) =>
        bench.Engine.ClassifyAsync(model, texts, options ?? PredictionOptions.Default, truncate, priority, cancellationToken ?? Cancel);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
