using FeedbackService.Api.Features.FineTuning;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Features;

public sealed class FineTuningJobObjectTests
{
    private const string Progress = """{"step":10,"percent":25,"eta_seconds":100.9}""";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddSeconds(1_800_000_000));

    [Fact]
    public void EstimatedFinish_CountsFromTheProgress_NotFromTheQuestion()
    {
        var job = Job(JobState.Running, Progress);
        Assert.Equal(1_800_000_100, Finish(job));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(1_800_000_100, Finish(job));
    }

    [Fact]
    public void EstimatedFinish_OfAStalledJob_StaysAhead()
    {
        var job = Job(JobState.Running, Progress);
        for (var hour = 0; hour < 48; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds() + 6, Finish(job));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(1e300)]
    public void EstimatedFinish_IsNeverInThePast_WhateverTheProgressSays(double eta) =>
        Assert.True(Finish(Job(JobState.Running, $$"""{"eta_seconds":{{eta.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}""")) >= 1_800_000_005);

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Paused)]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public void EstimatedFinish_OfAJobThatDoesNotRun_IsNull(JobState state) => Assert.Null(Finish(Job(state, Progress)));

    [Fact]
    public void EstimatedFinish_BeforeTheFirstProgress_IsNull()
    {
        Assert.Null(Finish(Job(JobState.Running, null)));
        Assert.Null(Finish(Job(JobState.Running, """{"total_steps":100,"step":0}""")));
    }

    private long? Finish(JobRow job) => FineTuningJobObject.From(job, _clock).EstimatedFinish;

    private JobRow Job(JobState state, string? progress) => new()
    {
        Id = Ids.NewFineTuningJob(),
        State = state,
        SpecJson = """{"model":"mlp","training_file":"file-x","result_name":"x","seed":1,"hyperparameters":{}}""",
        ProgressJson = progress,
        UpdatedAt = _clock.NowMicroseconds(),
    };
}
