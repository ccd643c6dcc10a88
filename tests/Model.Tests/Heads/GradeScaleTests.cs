using System.Globalization;
using FeedbackService.Model.Heads;

namespace FeedbackService.Model.Tests.Heads;

public sealed class GradeScaleTests
{
    [Fact]
    public void Standardised_HasMeanZeroAndMeanSquareOne()
    {
        var scale = GradeScale.Of(["1", "2", "5", "10"]);

        Assert.Equal([1, 2, 5, 10], scale.Grades);
        Assert.Equal(0, scale.Standardised.Average(), 1e-12);
        Assert.Equal(1, scale.Standardised.Average(grade => grade * grade), 1e-12);
        Assert.Equal([-1, 1], GradeScale.Of(["0", "1"]).Standardised);
    }

    [Theory]
    [InlineData("bad", "The label 'good' is not a number.", "1", "good", "3")]
    [InlineData("comma", "The label '1,5' is not a number.", "1,5", "2")]
    [InlineData("not finite", "The label 'NaN' is not a number.", "1", "NaN")]
    [InlineData("infinite", "The label '1e999' is not a number.", "1e999", "1")]
    [InlineData("white space", "The label ' 1' is not a number.", " 1", "2")]
    [InlineData("huge", "The label '2e9' is beyond 1,000,000,000.", "0", "2e9")]
    [InlineData("equal", "The labels '1' and '1.0' are the same number.", "1", "2", "1.0")]
    [InlineData("one", "There are fewer than two labels.", "4")]
    public void Problem_NamesTheLabel(string what, string problem, params string[] labels)
    {
        Assert.NotEmpty(what);
        Assert.Equal(problem, GradeScale.Problem(labels));
        Assert.Equal(problem, Assert.Throws<FormatException>(() => GradeScale.Of(labels)).Message);
    }

    [Fact]
    public void InOrder_GoesByTheNumber_WhateverTheCulture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(["-3", "1.5", "2", "1e1"], GradeScale.InOrder(["1e1", "2", "-3", "1.5"]));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData(-0.7)]
    [InlineData(0)]
    [InlineData(1.3)]
    public void Score_ComesBackOutOfTheLogits(double score)
    {
        var scale = GradeScale.Of(["1", "2", "5", "10"]);
        float[] logits = [.. scale.Standardised.Select(grade => (float)((score * grade) - (grade * grade / 2)))];

        Assert.Equal(score, scale.ScoreOf(logits), 1e-6);
    }

    [Fact]
    public void Grade_IsTheScoreInTheLabelsUnit_WithinTheScale()
    {
        // Mean 3, deviation √2: half a deviation up is 3 + √2/2.
        var scale = GradeScale.Of(["1", "2", "3", "4", "5"]);

        Assert.Equal(3 + (Math.Sqrt(2) / 2), scale.GradeOf(LogitsOf(scale, 0.5)), 1e-6);
        Assert.Equal(5, scale.GradeOf(LogitsOf(scale, 7)));
        Assert.Equal(1, scale.GradeOf(LogitsOf(scale, -7)));
    }

    private static float[] LogitsOf(GradeScale scale, double score) => [.. scale.Standardised.Select(grade => (float)((score * grade) - (grade * grade / 2)))];
}
