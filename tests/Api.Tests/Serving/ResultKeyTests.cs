using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ResultKeyTests
{
    private static readonly TextTerms Terms = new("a1", ServingProvider.Torch, PredictionOptions.Default, Truncate: true, WorkPriority.Interactive);

    [Fact]
    public void EqualTextsOnEqualTerms_HaveOneKey_WhoeverWaits()
    {
        var keys = ResultKey.Of(Terms with { Options = new PredictionOptions() }, [new TextInput("red", "sky"), new TextInput("red", "sky")]);
        Assert.Equal(keys[0], keys[1]);
        Assert.Equal(keys[0], ResultKey.Of(Terms with { Priority = WorkPriority.Background }, [new TextInput("red", "sky")])[0]);
    }

    [Fact]
    public void WhatTheAnswerHangsOn_MakesAnotherKey()
    {
        ResultKey[] keys =
        [
            .. ResultKey.Of(Terms, [new("ab", "c"), new("a", "bc"), new("abc"), new("abc", ""), new("", "abc"), new("ABC")]),
            KeyOf(Terms with { ManifestSha256 = "a2" }),
            KeyOf(Terms with { Provider = ServingProvider.OnnxInt8 }),
            KeyOf(Terms with { Truncate = false }),
            KeyOf(Terms with { Options = new() { MaxRounds = 0 } }),
            KeyOf(Terms with { Options = new() { MaxRounds = 1 } }),
            KeyOf(Terms with { Options = new() { ExitThreshold = 0.5 } }),
            KeyOf(Terms with { Options = new() { ExitChange = 0.5 } }),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static ResultKey KeyOf(TextTerms terms) => ResultKey.Of(terms, [new TextInput("abc")])[0];
}
