using System.Text.Json.Nodes;
using FeedbackService.Api.Events;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Model.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Whole trainings through Hangfire in real child processes.</summary>
public sealed class TrainingJobTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _root = TestStorage.NewRoot();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Training_PublishesTheNextVersion_WithReportSeriesAndEvents()
    {
        await using var host = await JobHost.StartAsync(_root, new JobOptions { CheckpointEvery = TimeSpan.Zero });
        var file = await host.AddFileAsync();
        var first = await host.QueueTrainingAsync(file, JobHost.Tiny(3));
        var second = await host.QueueTrainingAsync(file, JobHost.Tiny(3));

        var done = await host.WaitForEndAsync(first);
        Assert.Equal((JobState.Succeeded, "news:1", null), (done.State, done.ResultModel, done.ErrorMessage));
        Assert.Contains("\"accuracy\"", done.ResultJson, StringComparison.Ordinal);
        Assert.Equal("news:2", (await host.WaitForEndAsync(second)).ResultModel);

        var registry = host.Services.GetRequiredService<ModelRegistry>();
        var newest = await registry.ResolveServableAsync("news", None);
        Assert.Equal("news:2", newest.Address);
        ArtifactReader.Open(newest.Directory, ArtifactVerification.Hashes, newest.ManifestSha256);

        await using var db = await host.OpenAsync();
        Assert.True(await db.JobMetrics.AnyAsync(row => row.JobId == first && row.Kind == "step", None));
        Assert.True(await db.JobMetrics.AnyAsync(row => row.JobId == first && row.Kind == "evaluation", None));
        var checkpoints = await db.Checkpoints.Where(row => row.JobId == first).ToListAsync(None);
        Assert.InRange(checkpoints.Count, 1, 3);
        var checkpoint = await registry.ResolveServableAsync($"{first}:step-{checkpoints[0].Step}", None);
        ArtifactReader.Open(checkpoint.Directory, ArtifactVerification.Hashes, checkpoint.ManifestSha256);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(host.Folder.Staging, first)));
    }

    [Fact]
    public async Task TrainedModel_IsEvaluated_AndClassifiesInTheBackground()
    {
        await using var host = await JobHost.StartAsync(_root);
        var trained = await host.WaitForEndAsync(await host.QueueTrainingAsync(await host.AddFileAsync(), JobHost.Tiny(10)));
        var file = await host.AddFileAsync("text,label\nthe match was won,sport\nthe shares fell,money\nwho knows,unheard of\n");
        var evaluation = await host.Store.CreateAsync(
            new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, new EvaluationSpec(trained.ResultModel!, file).ToJson()), None);
        var evaluated = await host.WaitForEndAsync(evaluation.Id, JobKind.Evaluate);
        Assert.Equal((JobState.Succeeded, null), (evaluated.State, evaluated.ErrorMessage));
        var report = JsonNode.Parse(evaluated.ResultJson!)!;
        Assert.Equal((2, 1.0), ((int)report["n"]!, (double)report["accuracy"]!));
        var predictions = (await host.Services.GetRequiredService<EvaluationPredictions>().FindAsync(evaluated, None))!.ToList();
        Assert.Equal([("sport", 2L), ("money", 3L)], predictions.Select(prediction => (prediction.Predicted[0], prediction.Line)));
        var log = await host.Services.GetRequiredService<JobEventLog>().ReadForwardAsync(evaluation.Id, 0, 10, None);
        Assert.Contains(log, line => line.Level == "warn" && line.Message.Contains("unheard of", StringComparison.Ordinal));
        Assert.Equal("""{"rows":1,"unknown_labels":{"unheard of":1},"other_form":0,"unreadable":0}""", report["left_out"]!.ToJsonString());

        var request = $$"""{"model":"{{trained.ResultModel}}","input":["the shares fell",""]}""";
        var classification = await host.Store.CreateAsync(new NewJob(Ids.NewClassification(), JobKind.Classify, request), None);
        var classified = await host.WaitForEndAsync(classification.Id, JobKind.Classify);
        var data = JsonNode.Parse(classified.ResultJson!)!["data"]!;
        Assert.Equal(("money", "text_empty"), ((string)data[0]!["label"]!, (string)data[1]!["error"]!["code"]!));
    }

    [Fact]
    public async Task Evaluation_OfAFileWithoutAKnownLabel_FailsSayingSo()
    {
        await using var host = await JobHost.StartAsync(_root);
        var trained = await host.WaitForEndAsync(await host.QueueTrainingAsync(await host.AddFileAsync(), JobHost.Tiny(1)));
        var file = await host.AddFileAsync("text,label\none,a\ntwo,b\n");
        var evaluation = await host.Store.CreateAsync(
            new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, new EvaluationSpec(trained.ResultModel!, file).ToJson()), None);
        var failed = await host.WaitForEndAsync(evaluation.Id, JobKind.Evaluate);
        Assert.Equal((JobState.Failed, "file_unusable", "file"), (failed.State, failed.ErrorCode, failed.ErrorParam));
    }

    [Fact]
    public async Task Training_OnUnusableData_FailsWithItsCode()
    {
        await using var host = await JobHost.StartAsync(_root);
        var file = await host.AddFileAsync("text,label\none,a\ntwo,a\n");
        var failed = await host.WaitForEndAsync(await host.QueueTrainingAsync(file, JobHost.Tiny(1)));
        Assert.Equal((JobState.Failed, "one_class", "training_file"), (failed.State, failed.ErrorCode, failed.ErrorParam));
    }

    [Theory]
    [InlineData(JobHost.Supervised)]
    [InlineData(JobHost.Pretraining)]
    public async Task Cancel_StopsTheRunningProcess(string method)
    {
        await using var host = await JobHost.StartAsync(_root);
        var job = await host.QueueTrainingAsync(await host.AddFileAsync(), JobHost.Tiny(1000), method: method);
        await host.WaitAsync(job, row => row.ProgressJson?.Contains("\"loss\"", StringComparison.Ordinal) == true);
        await host.Store.RequestCancelAsync(job, JobKind.Train, None);
        Assert.Equal(JobState.Cancelled, (await host.WaitForEndAsync(job)).State);
        await using var db = await host.OpenAsync();
        Assert.Empty(await db.ModelVersions.ToListAsync(None));
    }

    [Fact]
    public async Task PausedPretraining_GoesOnFromItsCheckpoint_ToTheWeightsOfAnUndisturbedOne()
    {
        await using var host = await JobHost.StartAsync(_root, new JobOptions { CheckpointEvery = TimeSpan.FromMilliseconds(200) });
        var file = await host.AddFileAsync();
        var job = await host.QueueTrainingAsync(file, JobHost.Tiny(60), "paused", method: JobHost.Pretraining);
        await host.WaitAsync(job, row => row.ProgressJson?.Contains("\"loss\"", StringComparison.Ordinal) == true);
        await host.Store.RequestPauseAsync(job, JobKind.Train, None);
        Assert.Equal(JobState.Paused, (await host.WaitForEndAsync(job)).State);
        await host.Store.ResumeAsync(job, JobKind.Train, None);

        Assert.Equal((JobState.Succeeded, "paused:1"), await EndAsync(job));
        Assert.Equal((JobState.Succeeded, "whole:1"), await EndAsync(await host.QueueTrainingAsync(file, JobHost.Tiny(60), "whole", method: JobHost.Pretraining)));

        await using var db = await host.OpenAsync();
        Assert.True(await db.JobEvents.AnyAsync(row => row.JobId == job && row.Message.StartsWith("Going on from step"), None));
        var registry = host.Services.GetRequiredService<ModelRegistry>();
        Assert.Equal(await WeightsAsync("whole"), await WeightsAsync("paused"));

        async Task<(JobState, string?)> EndAsync(string id)
        {
            var row = await host.WaitAsync(id, row => row.State is JobState.Succeeded or JobState.Failed);
            return (row.State, row.ResultModel);
        }

        async Task<string> WeightsAsync(string name) =>
            ArtifactReader.Open((await registry.ResolveAsync(name, None)).Directory).Manifest.Files.Single(entry => entry.Name == ArtifactFiles.Weights).Sha256;
    }

    [Fact]
    public async Task Stop_GivesTheJobBack_AndTheNextStartGoesOnFromItsCheckpoint()
    {
        string job;
        var settings = new JobOptions { CheckpointEvery = TimeSpan.FromSeconds(1) };
        await using (var host = await JobHost.StartAsync(_root, settings))
        {
            job = await host.QueueTrainingAsync(await host.AddFileAsync(), JobHost.Tiny(200));
            await host.WaitAsync(job, row => row.ProgressJson?.Contains("\"loss\"", StringComparison.Ordinal) == true);
        }
        await using (var host = await JobHost.StartAsync(_root, settings))
        {
            var done = await host.WaitForEndAsync(job);
            Assert.Equal((JobState.Succeeded, null, 1), (done.State, done.ErrorMessage, done.Attempts));
            await using var db = await host.OpenAsync();
            Assert.True(await db.JobEvents.AnyAsync(row => row.JobId == job && row.Message.StartsWith("Going on from step"), None));
        }
    }
}
