using FeedbackService.Api.Serving;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using Microsoft.Extensions.Time.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

public sealed class InferenceQueueTests : IDisposable
{
    private readonly ModelCosts _costs = new();
    private readonly Predictor _red = NewPredictor();
    private readonly Predictor _blue = NewPredictor();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Request_IsAdmittedWholeOrNotAtAll()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTexts = 3 }, _costs);
        Assert.True(sut.TryAdd(Items(5, 5), WorkPriority.Interactive));
        Assert.False(sut.TryAdd(Items(1, 1), WorkPriority.Interactive));
        Assert.False(sut.HasRoom(2, WorkPriority.Interactive));
        Assert.Equal(2, sut.Count);
        Assert.Equal(10, sut.InteractiveTokens);
        Assert.True(sut.TryAdd(Items(1), WorkPriority.Interactive));
    }

    [Fact]
    public void RequestOverTheLimit_IsAdmittedWhenNothingWaits()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTexts = 1 }, _costs);
        Assert.True(sut.TryAdd(Items(1, 1, 1), WorkPriority.Background));
        Assert.True(sut.TryAdd(Items(1, 1, 1), WorkPriority.Interactive));
        Assert.False(sut.TryAdd(Items(1), WorkPriority.Interactive));
    }

    [Fact]
    public void Background_HasNoLimit()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTexts = 1 }, _costs);
        Assert.True(sut.TryAdd(Items(1, 1), WorkPriority.Background));
        Assert.True(sut.TryAdd(Items(1, 1), WorkPriority.Background));
        Assert.Equal(0, sut.InteractiveTokens);
    }

    [Fact]
    public void Interactive_GoesFirst_AndIsNotHeldUpByBackgroundInItsBatch()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        var (background, interactive) = (Items(1, 1), Items(2, 2));
        sut.TryAdd(background, WorkPriority.Background);
        sut.TryAdd(interactive, WorkPriority.Interactive);
        Assert.Equal(interactive, Take(sut));
        Assert.Equal(background, Take(sut));
        Assert.Equal((0, 0L), (sut.Count, sut.InteractiveTokens));
    }

    [Fact]
    public void Batch_KeepsWithinTheTokenBudget_TakingLaterTextsThatFit()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTokens = 10 }, _costs);
        var items = Items(6, 5, 4, 1);
        sut.TryAdd(items, WorkPriority.Interactive);
        Assert.Equal([items[0], items[2]], Take(sut));
        Assert.Equal(6, sut.InteractiveTokens);
        Assert.Equal([items[1], items[3]], Take(sut));
    }

    [Fact]
    public void TextOverTheBudget_RunsAlone()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTokens = 10 }, _costs);
        var items = Items(11, 1, 1);
        sut.TryAdd(items, WorkPriority.Interactive);
        Assert.Equal([items[0]], Take(sut));
        Assert.Equal([items[1], items[2]], Take(sut));
    }

    [Fact]
    public void Batch_HoldsAtMostSoManyTexts()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTexts = 2 }, _costs);
        sut.TryAdd(Items(1, 1, 1), WorkPriority.Interactive);
        Assert.Equal([2, 1], new[] { Take(sut).Count, Take(sut).Count });
    }

    [Fact]
    public void Batch_IsCutToATime_ByTheCostOfItsModel_EachPriorityToItsOwn()
    {
        var sut = new InferenceQueue(new ServingOptions { BackgroundBatchTime = TimeSpan.FromMilliseconds(25), InteractiveBatchTime = TimeSpan.FromMilliseconds(100) }, _costs);
        sut.TryAdd(Items(10, 10, 10, 10), WorkPriority.Background);
        sut.TryAdd(Items(10, 10, 10, 10), WorkPriority.Interactive);
        Cost(10, TimeSpan.FromMilliseconds(25));
        Assert.Equal(4, Take(sut).Count);
        Assert.Single(Take(sut));
        for (var round = 0; round < 200; round++)
        {
            _costs.Of(_red).Add(25, TimeSpan.FromMilliseconds(25));
        }

        Assert.Equal(2, Take(sut).Count);
    }

    [Fact]
    public void BackgroundBatch_OfAModelWhoseCostIsUnknown_IsSmall()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        sut.TryAdd(Items(200, 56, 1), WorkPriority.Background);
        Assert.Equal(2, Take(sut).Count);
    }

    [Fact]
    public void BackgroundBatch_MayTakeLonger_WhereNobodyHasAskedForAWhile()
    {
        var clock = new FakeTimeProvider();
        var options = new ServingOptions { BackgroundBatchTime = TimeSpan.FromMilliseconds(25), InteractiveBatchTime = TimeSpan.FromMilliseconds(100) };
        var sut = new InferenceQueue(options, _costs, clock);
        Cost(10, TimeSpan.FromMilliseconds(25));
        sut.TryAdd(Items([.. Enumerable.Repeat(10, 12)]), WorkPriority.Background);
        Assert.Equal(4, Take(sut).Count);
        sut.TryAdd(Items(10), WorkPriority.Interactive);
        Assert.Single(Take(sut));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Single(Take(sut));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, Take(sut).Count);
    }

    [Fact]
    public void BackgroundBatch_TakesTheOldest_AndThenThoseOfItsLength()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTexts = 3 }, _costs);
        var items = Items(10, 90, 12, 50, 9, 11);
        sut.TryAdd(items, WorkPriority.Background);
        Assert.Equal([items[0], items[4], items[5]], Take(sut));
        Assert.Equal([items[1], items[3], items[2]], Take(sut));
    }

    [Fact]
    public void Batch_OfAModelWhoseCostIsUnknown_IsModerate()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        sut.TryAdd(Items(2000, 48, 1), WorkPriority.Interactive);
        Assert.Equal(2, Take(sut).Count);
    }

    [Fact]
    public void Request_IsRefused_WhenWhatWaitsWouldTakeTooLong_AndToldWhenToComeBack()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTime = TimeSpan.FromSeconds(2), BatchTexts = 1 }, _costs);
        Cost(10, TimeSpan.FromSeconds(1));
        Assert.True(sut.TryAdd(Items(10, 10, 10), WorkPriority.Interactive));
        Assert.Equal(3, sut.InteractiveWork.TotalSeconds, 1e-3);
        Assert.False(sut.TryAdd(Items(1), WorkPriority.Interactive));
        Assert.Equal(1, sut.TimeToRoom(1).TotalSeconds, 1e-3);
        Assert.True(sut.TryAdd(Items(1), WorkPriority.Background));
        Take(sut);
        Assert.True(sut.TryAdd(Items(1), WorkPriority.Interactive));
    }

    [Fact]
    public void FullQueue_HasRoomOnceThatShareOfTheWorkIsDone()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTexts = 4, QueueTime = TimeSpan.FromMinutes(1), BatchTexts = 1 }, _costs);
        Cost(10, TimeSpan.FromSeconds(1));
        sut.TryAdd(Items(10, 10, 10, 10), WorkPriority.Interactive);
        Assert.Equal(2, sut.TimeToRoom(2).TotalSeconds, 1e-3);
        Assert.Equal(4, sut.TimeToRoom(9).TotalSeconds, 1e-3);
    }

    [Fact]
    public void Batch_IsOfOneModel_TheOldestTextsOne()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        InferenceItem[] items = [Item(1, _red), Item(1, _blue), Item(1, _red), Item(1, _blue)];
        sut.TryAdd(items, WorkPriority.Interactive);
        Assert.Equal([items[0], items[2]], Take(sut));
        Assert.Equal([items[1], items[3]], Take(sut));
    }

    [Fact]
    public void TextsOfTheSameModel_JoinABatchUnderWay_WithinWhatItHasLeft()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTokens = 10, BatchTexts = 4 }, _costs);
        var items = Items(4, 3, 2);
        sut.TryAdd(items, WorkPriority.Interactive);
        sut.TryAdd(Items(1), WorkPriority.Background);
        Assert.Equal([items[0]], sut.TakeJoining((_red, 1, 6), WorkPriority.Interactive));
        Assert.Equal([items[1]], sut.TakeJoining((_red, 3, 1), WorkPriority.Interactive));
        Assert.Empty(sut.TakeJoining((_red, 4, 1), WorkPriority.Interactive));
        Assert.Empty(sut.TakeJoining((_red, 1, 9), WorkPriority.Interactive));
        Assert.Equal([items[2]], sut.TakeJoining((_red, 1, 1), WorkPriority.Interactive));
    }

    [Fact]
    public void TextThatDoesNotFit_IsNotPassedOverByShorterOnes_SoThatItsTurnComes()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTokens = 10 }, _costs);
        var items = Items(12, 1, 1);
        sut.TryAdd(items, WorkPriority.Interactive);
        Assert.Empty(sut.TakeJoining((_red, 1, 1), WorkPriority.Interactive));
        Assert.Equal([items[0]], Take(sut));
        Assert.Equal([items[1], items[2]], sut.TakeJoining((_red, 1, 1), WorkPriority.Interactive));
    }

    [Fact]
    public void WhereAnotherModelsTurnHasCome_NothingJoins()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        InferenceItem[] items = [Item(1, _blue), Item(1, _red)];
        sut.TryAdd(items, WorkPriority.Interactive);
        Assert.Empty(sut.TakeJoining((_red, 1, 1), WorkPriority.Interactive));
        Assert.Equal([items[0]], sut.TakeJoining((_blue, 1, 1), WorkPriority.Interactive));
    }

    [Fact]
    public void TextNobodyWaitsFor_IsNotTaken()
    {
        var sut = new InferenceQueue(new ServingOptions { BatchTexts = 1 }, _costs);
        var (abandoned, wanted) = (Item(3, _red), Item(4, _red));
        sut.TryAdd([abandoned, wanted], WorkPriority.Interactive);
        abandoned.GiveUp();
        Assert.Equal([wanted], Take(sut));
        Assert.True(abandoned.Completion.IsCanceled);
        Assert.Equal((0, 0L), (sut.Count, sut.InteractiveTokens));
    }

    [Fact]
    public void Drop_MakesRoomAtOnce_AndLeavesWhatIsRunning()
    {
        var sut = new InferenceQueue(new ServingOptions { QueueTexts = 2, BatchTexts = 1 }, _costs);
        var items = Items(1, 2, 3);
        sut.TryAdd(items, WorkPriority.Interactive);
        var running = Assert.Single(Take(sut));
        sut.Drop(items);
        Assert.Equal((0, 0L), (sut.Count, sut.InteractiveTokens));
        Assert.False(running.Completion.IsCompleted);
        Assert.All(items[1..], item => Assert.True(item.Completion.IsCanceled));
        Assert.True(sut.TryAdd(Items(1, 1), WorkPriority.Interactive));
    }

    [Fact]
    public void Close_EndsWhatWaits_AndAdmitsNothingMore()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        var (interactive, background) = (Items(1), Items(1));
        sut.TryAdd(interactive, WorkPriority.Interactive);
        sut.TryAdd(background, WorkPriority.Background);
        sut.Close();
        Assert.All([.. interactive, .. background], item => Assert.True(item.Completion.IsCanceled));
        Assert.False(sut.TryAdd(Items(1), WorkPriority.Interactive));
        Assert.False(sut.TryAdd(Items(1), WorkPriority.Background));
        Assert.Empty(Take(sut));
    }

    [Fact]
    public async Task Take_WaitsForWork_OrForTheEnd()
    {
        var sut = new InferenceQueue(new ServingOptions(), _costs);
        var deadline = TimeSpan.FromSeconds(20);
        var taking = Task.Run(() => Take(sut), Cancel);
        var items = Items(1);
        sut.TryAdd(items, WorkPriority.Background);
        Assert.Equal(items, await taking.WaitAsync(deadline, Cancel));
        taking = Task.Run(() => Take(sut), Cancel);
        sut.Close();
        Assert.Empty(await taking.WaitAsync(deadline, Cancel));
    }

    public void Dispose()
    {
        _red.Dispose();
        _blue.Dispose();
    }

    private void Cost(int tokens, TimeSpan elapsed)
    {
        for (var round = 0; round <= ModelCost.FirstRounds; round++)
        {
            _costs.Of(_red).Add(tokens, elapsed);
        }
    }

    // As the inference thread does: interactive ones first.
    private static IReadOnlyList<InferenceItem> Take(InferenceQueue queue)
    {
        if (!queue.Wait())
        {
            return [];
        }

        var interactive = queue.Take(WorkPriority.Interactive);
        return interactive.Count > 0 ? interactive : queue.Take(WorkPriority.Background);
    }

    private static Predictor NewPredictor() => new(
        new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }),
        new TorchBackend(ClassifierFactory.Create(TinyModels.Plain()), CPU));

    private static InferenceItem Item(int tokens, Predictor predictor) =>
        new(predictor, PredictionOptions.Default) { Tokens = new TokenizedText(new int[tokens], null, tokens) };

    private InferenceItem[] Items(params int[] tokens) => [.. tokens.Select(count => Item(count, _red))];
}
