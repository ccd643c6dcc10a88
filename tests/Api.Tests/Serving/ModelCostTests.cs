using FeedbackService.Api.Serving;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ModelCostTests
{
    [Fact]
    public void WhileAModelWarmsUp_NothingIsKnown()
    {
        var sut = new ModelCost();
        sut.Add(1, TimeSpan.FromSeconds(100));
        Assert.Null(sut.TokensIn(TimeSpan.FromSeconds(1)));
        Assert.Equal(0, sut.Seconds(10, 100, 64, 16384));
    }

    [Fact]
    public void CostOfARoundAndOfAToken_AreToldApart()
    {
        var sut = Warm();
        for (var round = 0; round < 50; round++)
        {
            var tokens = 10 + (97 * round % 500);
            sut.Add(tokens, TimeSpan.FromSeconds(0.004 + (tokens * 1e-4)));
        }

        Assert.InRange(sut.TokensIn(TimeSpan.FromSeconds(0.054))!.Value, 495, 505);
        Assert.Equal((2 * 0.004) + (1000 * 1e-4), sut.Seconds(100, 1000, 50, 16384), 1e-3);
        Assert.Equal((10 * 0.004) + (1000 * 1e-4), sut.Seconds(100, 1000, 64, 100), 1e-3);
    }

    [Fact]
    public void RoundThatTakesLongWithoutTokens_IsNotCutToATextEach()
    {
        var sut = Warm();
        for (var round = 0; round < 50; round++)
        {
            var tokens = 10 + (97 * round % 500);
            sut.Add(tokens, TimeSpan.FromSeconds(0.28 + (tokens * 2e-3)));
        }

        Assert.InRange(sut.TokensIn(TimeSpan.FromSeconds(0.25))!.Value, 135, 145);
        Assert.Equal((10 * 0.28) + (400 * 2e-3), sut.Seconds(10, 400, 64, 1), 1e-2);
    }

    [Fact]
    public void TokensAreNeverTakenToBeFree()
    {
        var sut = Warm();
        sut.Add(40, TimeSpan.FromSeconds(0.1));
        sut.Add(400, TimeSpan.FromSeconds(0.1));

        Assert.True(sut.Seconds(64, 22_000, 64, 22_000) >= 0.5);
    }

    [Fact]
    public void RoundsThatATextTakes_MultiplyItsCost()
    {
        var sut = Warm();
        sut.Add(100, TimeSpan.FromSeconds(0.1));
        sut.Answered(rounds: 2);
        sut.Answered(rounds: 2);

        Assert.Equal(0.3, sut.Seconds(1, 100, 64, 16384), 1e-6);
    }

    [Fact]
    public void WhatWasLongAgo_CountsForNothing()
    {
        var sut = Warm();
        sut.Add(100, TimeSpan.FromSeconds(10));
        for (var round = 0; round < 400; round++)
        {
            sut.Add(100, TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal(0.1, sut.Seconds(1, 100, 64, 16384), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void NoiseNeverGivesACostBelowZero(int seed)
    {
        var random = new Random(seed);
        var sut = Warm();
        for (var round = 0; round < 100; round++)
        {
            sut.Add(random.Next(1, 1000), TimeSpan.FromSeconds(random.NextDouble() * 0.1));
            Assert.True(sut.Seconds(1, 1, 64, 16384) >= 0);
            Assert.True(sut.TokensIn(TimeSpan.FromMilliseconds(1)) >= 1);
        }
    }

    private static ModelCost Warm()
    {
        var cost = new ModelCost();
        for (var round = 0; round < ModelCost.FirstRounds; round++)
        {
            cost.Add(1, TimeSpan.FromSeconds(100));
        }

        return cost;
    }
}
