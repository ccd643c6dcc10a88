using System.ClientModel;
using OpenAI.Files;
using OpenAI.FineTuning;

namespace FeedbackService.Clients.Tests.OpenAi;

public sealed class FineTuningTests(RunningService service)
{
    private readonly OpenAiClients _openAi = new(service);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_RunsToItsEnd_WithEventsAndCheckpoints()
    {
        var file = await _openAi.UploadAsync();
        var job = await _openAi.FineTuneAsync(file.Id, epochs: 3, "nuget-tour");
        Assert.Equal(("mlp", file.Id, 7), (job.BaseModel, job.TrainingFileId, job.Seed));
        var options = Assert.IsType<HyperparametersForSupervised>(job.MethodHyperparameters);
        Assert.Equal((3, 8), (options.EpochCount, options.BatchSize));

        await job.WaitForCompletionAsync(Cancel);
        Assert.Equal((FineTuningStatus.Succeeded, "nuget-tour:1"), (job.Status, job.Value));
        Assert.Null(job.EstimatedFinishAt);

        var results = (await _openAi.Files.GetFileAsync(Assert.Single(job.ResultFileIds), Cancel)).Value;
        Assert.Equal(FilePurpose.FineTuneResults, results.Purpose);
        var figures = (await _openAi.Files.DownloadFileAsync(results.Id, Cancel)).Value.ToString();
        Assert.StartsWith("step,epoch,learning_rate,train_loss,valid_loss,valid_accuracy,valid_macro_f1,valid_rmse\n1,", figures, StringComparison.Ordinal);

        var events = await job.GetEventsAsync(new GetEventsOptions { PageSize = 2 }, Cancel).ToListAsync(Cancel);
        Assert.True(events.Count > 4);
        Assert.Equal(events.Count, events.DistinctBy(line => line.Id).Count());
        Assert.Contains("nuget-tour:1", events[0].Message, StringComparison.Ordinal);
        var checkpoints = await job.GetCheckpointsAsync(new GetCheckpointsOptions { PageSize = 1 }, Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(checkpoints);
        Assert.All(checkpoints, checkpoint => Assert.Equal((job.JobId, checkpoint.StepNumber), (checkpoint.JobId, checkpoint.Metrics.StepNumber)));
        Assert.All(checkpoints, checkpoint => Assert.True(checkpoint.Metrics.ValidLoss > 0));

        var found = await FineTuningJob.RehydrateAsync(_openAi.FineTuning, job.JobId, Cancel);
        Assert.Equal(FineTuningStatus.Succeeded, found.Status);
        Assert.Equal("nuget-tour:1", (await _openAi.Models.GetModelAsync(job.Value, Cancel)).Value.Id);
    }

    [Fact]
    public async Task Jobs_AreListedPageByPage()
    {
        var file = await _openAi.UploadAsync();
        var one = await _openAi.FineTuneLongAsync(file.Id, "nuget-list");
        var two = await _openAi.FineTuneLongAsync(file.Id, "nuget-list");
        var ids = await _openAi.FineTuning.GetJobsAsync(new FineTuningJobCollectionOptions { PageSize = 1 }, Cancel)
            .Select(job => job.JobId).ToListAsync(Cancel);
        Assert.Equal([two.JobId, one.JobId], ids.Take(2));
        await two.CancelAndUpdateAsync(Cancel);
        await one.CancelAndUpdateAsync(Cancel);
        await _openAi.UntilAsync(one.JobId, "cancelled");
    }

    [Fact]
    public async Task RunningJob_IsPausedResumedAndCancelled()
    {
        var file = await _openAi.UploadAsync();
        var job = await _openAi.FineTuneLongAsync(file.Id, "nuget-control");
        await OpenAiClients.UntilAsync(() => NewestCheckpointAsync(job));
        await _openAi.FineTuning.PauseFineTuningJobAsync(job.JobId, options: null);
        await _openAi.UntilAsync(job.JobId, "paused");
        var kept = (await NewestCheckpointAsync(job))!;

        await _openAi.FineTuning.ResumeFineTuningJobAsync(job.JobId, options: null);
        await OpenAiClients.UntilAsync(async () => await NewestCheckpointAsync(job) is { } newest && newest.StepNumber > kept.StepNumber ? newest : null);
        var messages = await job.GetEventsAsync(new GetEventsOptions { PageSize = 100 }, Cancel).Select(line => line.Message).ToListAsync(Cancel);
        Assert.Contains(messages, message => message.StartsWith("Going on from step", StringComparison.Ordinal));

        await job.CancelAndUpdateAsync(Cancel);
        await job.WaitForCompletionAsync(Cancel);
        Assert.Equal((FineTuningStatus.Cancelled, null), (job.Status, job.Value));
    }

    [Fact]
    public async Task Refusals_NameCodeAndParameter()
    {
        var file = await _openAi.UploadAsync();
        var unknown = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.FineTuneAsync("file-aaaaaaaaaaaaaaaaaaaaaaaa", 1, "nuget-tour"));
        Assert.Equal(400, unknown.Status);
        Assert.Contains("training_file", unknown.Message, StringComparison.Ordinal);
        var tooMany = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.FineTuneAsync(file.Id, 5000, "nuget-tour"));
        Assert.Equal(400, tooMany.Status);
        Assert.Contains("n_epochs", tooMany.Message, StringComparison.Ordinal);
        var conflict = await Assert.ThrowsAsync<ClientResultException>(
            () => _openAi.FineTuning.ResumeFineTuningJobAsync("ftjob-aaaaaaaaaaaaaaaaaaaaaaaa", options: null));
        Assert.Equal(404, conflict.Status);
    }

    private static async Task<FineTuningCheckpoint?> NewestCheckpointAsync(FineTuningJob job) =>
        await job.GetCheckpointsAsync(new GetCheckpointsOptions { PageSize = 1 }, Cancel).FirstOrDefaultAsync(Cancel);
}
