using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Tests.Serving.Requests;

public sealed class OcclusionExplainerTests
{
    private static readonly PredictionOptions Options = new() { WithTrace = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, false, null, 1)]
    [InlineData(1, true, null, 257)]
    [InlineData(1, true, ExplainMethod.Occlusion, 257)]
    [InlineData(1, true, ExplainMethod.FeedbackAttention, 1)]
    [InlineData(32, true, null, 1056)]
    [InlineData(33, true, null, 33)] // refused, explained by attention, or not explained
    public void TextsOf_CountsWhatMayBeRead(int texts, bool explain, ExplainMethod? method, int expected) => Assert.Equal(expected, OcclusionExplainer.TextsOf(new ClassifyRequest
    {
        Model = "news",
        Input = new ClassifyInput([.. Enumerable.Repeat(new TextInput("red"), texts)], IsList: true),
        Explain = explain,
        ExplainMethod = method,
    }));

    [Theory]
    [InlineData(1, 300, 150)] // two words joined, 256 at most
    [InlineData(8, 300, 100)] // three: 128 a text
    [InlineData(32, 300, 30)] // ten: 32 a text
    [InlineData(1, 100_000, 8)] // half a million characters, eight times
    [InlineData(2, 900_000, 2)] // never fewer
    public async Task Work_IsBoundedByWordsAndCharacters(int texts, int words, int expectedUnits)
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model("plain");
        TextInput[] inputs = [.. Enumerable.Repeat(new TextInput(string.Concat(Enumerable.Repeat("blue ", words))), texts)];
        var answers = await bench.Engine.ClassifyAsync(model, inputs, Options, truncate: true, WorkPriority.Interactive, Cancel);
        // As if all had been read.
        ClassifiedText[] whole = [.. answers.Items.Select(item => item with { Reading = item.Reading with { FullLength = item.Reading.Length } })];

        var (explanations, tokens) = await new OcclusionExplainer(bench.Engine).ExplainAsync(model, inputs, whole, Options, WorkPriority.Interactive, Cancel);

        Assert.All(explanations, explanation => Assert.Equal(expectedUnits, explanation!.Tokens.Count));
        Assert.InRange(tokens, texts * expectedUnits, texts * expectedUnits * 32);
    }

    [Fact]
    public async Task TextWithoutAPrediction_HasNoExplanation_AndTheOthersHaveTheirs()
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model("attending");
        TextInput[] inputs = [new("red"), new(string.Join(' ', Enumerable.Repeat("blue", 40))), new("green sky")];
        var answers = await bench.Engine.ClassifyAsync(model, inputs, Options, truncate: false, WorkPriority.Interactive, Cancel);

        var (explanations, _) = await new OcclusionExplainer(bench.Engine).ExplainAsync(model, inputs, answers.Items, Options, WorkPriority.Interactive, Cancel);

        Assert.Equal([1, null, 2], explanations.Select(explanation => explanation?.Tokens.Count));
    }
}
