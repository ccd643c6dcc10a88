using System.Globalization;
using System.Text.Json;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>
/// Has a training done by a child process and publishes what it made. This side owns the lease, the row, the events and the
/// publication; the child owns tensors, randomness and threads, so that whatever it does to its process touches nothing else.
/// </summary>
internal sealed partial class TrainingJobRunner(
    JobLeases leases,
    FileStore files,
    FileContents contents,
    ModelRegistry registry,
    ModelPublisher publisher,
    CheckpointPublisher checkpoints,
    TrainingResultFile results,
    DataFolder folder,
    IOptions<ServiceOptions> service,
    IOptions<JobOptions> options,
    ILogger<TrainingJobRunner> logger) : IJobRunner
{
    private const string ArtifactFolder = "artifact";
    private const string CheckpointFolder = "checkpoints";
    private const string TaskFile = "task.json";
    private const string DeviceMissing = "device_not_available";
    private const string TorchMissing = "torch_not_loaded";

    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        // The epoch in the path: a holder that was fenced off and the one after it never share a folder.
        var staging = Path.Combine(folder.Staging, lease.JobId, lease.Epoch.ToString(CultureInfo.InvariantCulture));
        try
        {
            DurableFolder.Remove(staging);
            Directory.CreateDirectory(staging);
            var spec = TrainingSpec.FromJson(lease.Job.SpecJson);
            var plan = await PrepareAsync(lease, spec, staging, stopping);
            var finished = await TrainAsync(lease, plan, staging, stopping);
            var artifact = await StoreAsync(lease, finished, stopping);
            return new JobOutcome(finished.Report?.ToJsonString(), (db, now, token) => PublishAsync(db, lease, spec, artifact, now, token));
        }
        finally
        {
            DurableFolder.Remove(staging);
        }
    }

    private async Task<TrainingPlan> PrepareAsync(JobLease lease, TrainingSpec spec, string staging, CancellationToken cancellationToken)
    {
        using var phase = JobActivities.Phase("training.prepare");
        var plan = await PlanAsync(lease, spec, staging, cancellationToken);
        await checkpoints.RestoreAsync(lease.Job, plan.CheckpointDirectory, cancellationToken);
        return plan;
    }

    private async Task<VerifiedArtifact> StoreAsync(JobLease lease, TrainingFinished finished, CancellationToken cancellationToken)
    {
        using var phase = JobActivities.Phase("training.publish");
        var artifact = await publisher.StoreAsync(finished.Directory, cancellationToken);
        var enter = await results.KeepAsync(lease.Job, cancellationToken);
        return await leases.ReportAsync(lease, new JobReport { Enter = enter }, CancellationToken.None) ? artifact : throw new LeaseLostException(lease.JobId);
    }

    private async Task<TrainingPlan> PlanAsync(JobLease lease, TrainingSpec spec, string staging, CancellationToken cancellationToken)
    {
        var training = await FileAsync(spec.TrainingFile, "training_file", cancellationToken);
        var validation = spec.ValidationFile is null ? null : await FileAsync(spec.ValidationFile, "validation_file", cancellationToken);
        var registered = spec.BaseModel is null ? null : await registry.ResolveAsync(spec.BaseModel, cancellationToken);
        var device = service.Value.Device;
        return new TrainingPlan
        {
            TrainingFile = await OwnAsync(training, staging, "training", cancellationToken),
            Columns = FileReading.FromJson(training.ReadingJson).ToColumns(),
            ValidationFile = validation is null ? null : await OwnAsync(validation, staging, "validation", cancellationToken),
            ValidationColumns = validation is null ? new() : FileReading.FromJson(validation.ReadingJson).ToColumns(),
            Preset = registered is null ? spec.Preset : null,
            BaseArtifact = registered?.Directory,
            BaseName = registered?.Address,
            Method = spec.MethodKind,
            Hyperparameters = JsonSerializer.SerializeToElement(spec.Hyperparameters),
            Seed = spec.Seed,
            Threads = Math.Max(1, Environment.ProcessorCount - service.Value.ServingCores),
            Device = device,
            CheckpointDirectory = Path.Combine(staging, CheckpointFolder),
            OutputDirectory = Path.Combine(staging, ArtifactFolder),
            CheckpointIntervalSeconds = options.Value.CheckpointEvery.TotalSeconds,
            JobId = lease.JobId,
            TrainingFileId = spec.TrainingFile,
            ValidationFileId = spec.ValidationFile,
        };
    }

    private async Task<FileRow> FileAsync(string id, string param, CancellationToken cancellationToken) =>
        await files.FindAsync(id, cancellationToken)
        ?? throw new JobFailedException(new JobFailure("file_not_found", $"The file '{id}' was deleted before the training began.", param));

    // A name of its own for the same bytes: the training may open them hours later, when a cache has let them go.
    private async Task<string> OwnAsync(FileRow file, string staging, string name, CancellationToken cancellationToken)
    {
        var path = await contents.GetAsync(file.Sha256, cancellationToken);
        var own = Path.Combine(staging, name);
        return DurableFolder.TryLink(path, own) ? own : path;
    }

    private async Task<TrainingFinished> TrainAsync(JobLease lease, TrainingPlan plan, string staging, CancellationToken stopping)
    {
        using var phase = JobActivities.Phase("training.train");
        var task = new TrainerTask(plan, service.Value.TorchNative, YieldsToServing: service.Value.Role == ServiceRole.All);
        await using var child = TrainerChild.Start(task, Path.Combine(staging, TaskFile), logger);
        FaultPoint.Reach(FaultPoints.TrainingStarted);
        await using var killTimer = new Timer(_ => child.Kill());
        await using var stop = stopping.Register(() =>
        {
            child.RequestStop();
            FaultPoint.Reach(FaultPoints.DrainCheckpointAsked);
            killTimer.Change(options.Value.StopGrace, Timeout.InfiniteTimeSpan);
        });
        var state = new TrainingProgressState();
        TrainingProgress? last = null;
        // Read to the end even while stopping: the checkpoint written on the way out is worth keeping.
        await foreach (var progress in child.ReadAsync(CancellationToken.None))
        {
            last = progress;
            phase?.Note(progress);
            await TakeAsync(lease, state, progress);
        }
        stopping.ThrowIfCancellationRequested();
        return last switch
        {
            TrainingFinished finished when child.ExitCode == 0 => finished,
            // The next worker may have what this one lacks.
            TrainingFailed { Code: DeviceMissing or TorchMissing } failed => throw new WorkerLostException(failed.Message),
            TrainingFailed failed => throw new JobFailedException(new JobFailure(failed.Code, failed.Message, failed.Param)),
            _ => throw Lost(lease, child),
        };
    }

    private async Task TakeAsync(JobLease lease, TrainingProgressState state, TrainingProgress progress)
    {
        var held = progress is CheckpointWritten checkpoint
            ? await KeepCheckpointAsync(lease, state, checkpoint)
            : state.Take(progress) is not { } report || await leases.ReportAsync(lease, report, CancellationToken.None);
        if (!held)
        {
            throw new LeaseLostException(lease.JobId);
        }
    }

    private async Task<bool> KeepCheckpointAsync(JobLease lease, TrainingProgressState state, CheckpointWritten checkpoint)
    {
        using var phase = JobActivities.Phase("training.checkpoint")?.SetTag("training.step", checkpoint.Step);
        try
        {
            return await checkpoints.PublishAsync(lease, checkpoint.Directory, state.EvaluationJson, CancellationToken.None);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The training was faster than we: it has replaced this one by newer ones already.
            return true;
        }
    }

    private WorkerLostException Lost(JobLease lease, TrainerChild child)
    {
        const int killed = 128 + 9;
        LogLost(logger, lease.JobId, child.ExitCode, child.Errors);
        var hint = child.ExitCode == killed ? " The system may have run out of memory." : "";
        return new WorkerLostException($"The training process ended unexpectedly (exit code {child.ExitCode}).{hint}");
    }

    private async Task<string> PublishAsync(
        AppDbContext db, JobLease lease, TrainingSpec spec, VerifiedArtifact artifact, long now, CancellationToken cancellationToken)
    {
        var address = await publisher.AddVersionAsync(
            db, spec.ResultName, artifact, lease.JobId, lease.Job.CreatedByKeyId, now, cancellationToken);
        await db.Jobs.Where(row => row.Id == lease.JobId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ResultModel, address), cancellationToken);
        return $"Job succeeded; the model is {address}.";
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Training process of {JobId} ended with exit code {ExitCode}: {Errors}")]
    private static partial void LogLost(ILogger logger, string jobId, int exitCode, string errors);
}
