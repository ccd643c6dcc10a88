using FeedbackService.Api.Jobs;
using FeedbackService.Api.Observability;
using FeedbackService.Api.Storage.Entities;
using OpenTelemetry.Trace;

namespace FeedbackService.Api.Tests.Observability;

public sealed class TracingTests(TracedTour tour) : IClassFixture<TracedTour>
{
    [Fact]
    public void RunInAnotherProcess_IsAChildOfTheRequestThatMadeTheJob_InTheTraceOfItsCaller()
    {
        var request = Request(TracedTour.Training);
        Assert.StartsWith("POST /v1/fine_tuning/jobs", request.Name, StringComparison.Ordinal);
        Assert.Equal(tour.Job, request.Attributes["job.id"]);
        var run = Run(TracedTour.Training);
        Assert.Equal(request.Id, run.Parent);
        Assert.Equal((tour.Job, "train", "succeeded"), (run.Attributes["job.id"], run.Attributes["job.kind"], run.Attributes["job.outcome"]));
        Assert.Null(run.Error);
        Assert.True(run.Start > request.End);
    }

    [Fact]
    public void Training_ShowsItsPhases_AndCoversItsProcess()
    {
        var phases = Children(Run(TracedTour.Training));
        Assert.Equal(["training.prepare", "training.train", "training.publish"], phases.Select(phase => phase.Name));
        Assert.Equal("started", phases[1].Events[0]);
        Assert.Contains("evaluation", phases[1].Events);
        Assert.NotEqual("0", phases[1].Attributes["training.steps"]);
        Assert.All(Children(phases[1]), checkpoint => Assert.Equal("training.checkpoint", checkpoint.Name));
    }

    [Theory]
    [InlineData(TracedTour.Evaluation, "evaluation.classify")]
    [InlineData(TracedTour.Batch, "batch.survey", "batch.answer", "batch.publish")]
    public void OtherJobs_ShowTheirPhases_AndNoSpanPerText(string trace, params string[] expected)
    {
        Assert.Equal(Request(trace).Id, Run(trace).Parent);
        Assert.Equal(expected, Children(Run(trace)).Select(phase => phase.Name));
        Assert.Equal(2 + expected.Length, tour.Spans.Count(span => span.Trace == trace));
    }

    [Fact]
    public void FailedJob_IsAnError_WithTheCode()
    {
        Assert.Equal("failed (invalid_json_line)", Run(TracedTour.FailingBatch).Error);
        Assert.Null(Request(TracedTour.FailingBatch).Error);
    }

    [Fact]
    public void Classification_ShowsWhereItsTimeWent()
    {
        var request = Request(TracedTour.Classification);
        var parts = Children(request);
        Assert.Equal(["classify.tokenize", "classify.queue", "classify.compute"], parts.Select(part => part.Name));
        Assert.All(parts, part => Assert.Equal("2", part.Attributes["classify.texts"]));
        Assert.True(request.Start <= parts[0].Start && parts[2].End <= request.End, string.Join('\n', parts.Prepend(request)));
    }

    [Fact]
    public void CallerThatDoesNotSample_IsLeftAlone() => Assert.DoesNotContain(tour.Spans, span => span.Trace == TracedTour.Unsampled);

    [Fact]
    public void Spans_NameTheService() => Assert.All(tour.Spans, span => Assert.Equal("feedbackservice", span.Service));

    [Fact]
    public void LogOfAJob_CarriesTheTraceOfItsRequest() =>
        Assert.Contains(tour.Log.Split('\n'), line => line.Contains(tour.Job, StringComparison.Ordinal) && line.Contains($"\"@tr\":\"{TracedTour.Training}\"", StringComparison.Ordinal));

    [Fact]
    public async Task WithoutAnEndpoint_NothingListensOrExports_AndRunsKeepTheirTraceForTheLog()
    {
        await using var api = new ApiFixture();
        _ = api.Address;
        Assert.Null(api.Services.GetService<TracerProvider>());
        Assert.False(ServiceActivities.Source.HasListeners());
        var job = new JobRow { Id = "ftjob-1", Traceparent = $"00-{TracedTour.Training}-{TracedTour.CallersSpan}-01" };
        using var run = JobActivities.Run(new JobLease(job.Id, "worker", 1, job));
        Assert.Equal(TracedTour.Training, ServiceActivities.TraceIdOr("none"));
        Assert.Null(JobActivities.Phase("training.train"));
    }

    // What its caller's span is the parent of.
    private ReceivedSpan Request(string trace) => tour.Spans.Single(span => span.Trace == trace && span.Parent == TracedTour.CallersSpan);

    private ReceivedSpan Run(string trace) => tour.Spans.Single(span => span.Trace == trace && span.Name == "job.run");

    private ReceivedSpan[] Children(ReceivedSpan parent) => [.. tour.Spans.Where(span => span.Trace == parent.Trace && span.Parent == parent.Id).OrderBy(span => span.Start)];
}
