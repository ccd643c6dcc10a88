using System.Security.Cryptography;
using FeedbackService.Api.Features.FineTuning;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.FirstStart;

/// <summary>
/// Fine-tunes the bundled sample when the service has never been used, by the same intake and the same job as a user's,
/// so that there is something to ask within seconds.
/// </summary>
internal sealed partial class SampleTraining(
    FirstUse firstUse,
    FileIntake intake,
    FileContents contents,
    TrainingPlanner planner,
    JobStore jobs,
    IHostApplicationLifetime lifetime,
    ILogger<SampleTraining> logger) : BackgroundService
{
    /// <summary>Name of the model the sample becomes.</summary>
    public const string ModelName = "support-tickets";

    private static string SampleFolder => Path.Combine(AppContext.BaseDirectory, "samples", ModelName);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // After the start, so that a slow disk does not delay it and the banner comes first.
        await lifetime.StartedAsync(stoppingToken);
        if (!await firstUse.TrainsSampleAsync(stoppingToken))
        {
            return;
        }

        var training = await TakeAsync("train.csv", FilePurpose.FineTune, stoppingToken);
        await TakeAsync("test.csv", FilePurpose.Evals, stoppingToken);
        var request = new CreateFineTuningJobRequest { Model = PresetCatalog.All[0].Id, TrainingFile = training.Id, Suffix = ModelName };
        var id = Ids.NewFineTuningJob();
        var plan = await planner.PlanAsync(request, id, stoppingToken);
        await jobs.CreateAsync(new NewJob(id, JobKind.Train, plan.Spec.ToJson()) { ModelName = plan.Spec.ResultName }, stoppingToken);
        LogQueued(logger, ModelName, id);
    }

    private async Task<FileRow> TakeAsync(string name, string purpose, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(SampleFolder, name), cancellationToken);
        var path = contents.NewTemporaryPath();
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        var file = new IncomingFile(path, $"{ModelName}-{name}", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return await intake.TakeAsync(file, purpose, ColumnRequest.Automatic, claim: null, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "First start: the sample is being trained as {Model} by {Job}")]
    private static partial void LogQueued(ILogger logger, string model, string job);
}
