using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>
/// Answers a file of requests. Many lines are on their way at once, so that the inference thread finds full batches; they are written in the
/// order of the input. What is counted in the row is on disk, so a batch goes on from there after a crash, a stop or a lost lease.
/// </summary>
internal sealed partial class BatchJobRunner(
    JobLeases leases,
    JobStore jobs,
    FileStore files,
    FileContents contents,
    BatchFiles results,
    DataFolder folder,
    IContentStore store,
    ModelRegistry registry,
    ClassificationService classifications,
    TimeProvider clock,
    IOptions<BatchOptions> options,
    ILogger<BatchJobRunner> logger) : IJobRunner
{
    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        var path = await FindInputAsync(lease, stopping);
        var survey = Survey(path, stopping);
        var progress = BatchProgress.FromJson(lease.Job.ProgressJson) ?? await BeginAsync(lease, survey, stopping);
        if (progress.FinalizingAt is null)
        {
            progress = await AnswerAllAsync(lease, path, survey, progress, stopping);
        }

        using var phase = JobActivities.Phase("batch.publish");
        await PublishAsync(lease, lease.Job, progress, stopping);
        FaultPoint.Reach(FaultPoints.BatchPublished);
        return new JobOutcome(null, (_, _, _) => Task.FromResult($"Batch completed: {progress.Completed} lines answered, {progress.Failed} refused."));
    }

    /// <inheritdoc/>
    public async Task SalvageAsync(JobLease lease)
    {
        var row = await jobs.GetAsync(lease.JobId, JobKind.Batch, CancellationToken.None);
        if (BatchProgress.FromJson(row.ProgressJson) is { Parts.Count: > 0 } progress)
        {
            progress = BatchFiles.Name(progress);
            await SaveAsync(lease, progress, CancellationToken.None);
            await PublishAsync(lease, row, progress, CancellationToken.None);
        }
    }

    private async Task PublishAsync(JobLease lease, JobRow row, BatchProgress progress, CancellationToken cancellationToken)
    {
        await foreach (var enter in results.KeepAsync(row, progress, cancellationToken))
        {
            if (!await leases.ReportAsync(lease, new JobReport { Enter = enter }, CancellationToken.None))
            {
                throw new LeaseLostException(lease.JobId);
            }
        }
    }

    private async Task<string> FindInputAsync(JobLease lease, CancellationToken cancellationToken)
    {
        var spec = BatchSpec.FromJson(lease.Job.SpecJson);
        var file = await files.FindAsync(spec.InputFile, cancellationToken) ?? throw new JobFailedException(
            new JobFailure("file_not_found", $"The file '{spec.InputFile}' was deleted before the batch began.", "input_file_id"));
        return await contents.GetAsync(file.Sha256, cancellationToken);
    }

    private BatchSurvey Survey(string path, CancellationToken stopping)
    {
        using var phase = JobActivities.Phase("batch.survey");
        var survey = BatchSurvey.Take(path, options.Value, stopping);
        phase?.SetTag("batch.lines", survey.Total);
        return survey;
    }

    private async Task<BatchProgress> BeginAsync(JobLease lease, BatchSurvey survey, CancellationToken cancellationToken)
    {
        if (survey.Faults.Count > 0)
        {
            await SaveAsync(lease, new BatchProgress { Faults = survey.Faults }, cancellationToken);
            throw new JobFailedException(new JobFailure(survey.Faults[0].Code, survey.Faults[0].Message, "input_file_id"));
        }

        while (true)
        {
            var models = await BatchModels.ResolveAsync(registry, survey.Models, cancellationToken);
            var progress = new BatchProgress { InProgressAt = clock.NowMicroseconds(), Total = survey.Total, Models = models };
            try
            {
                await SaveAsync(lease, progress, cancellationToken, [.. models.Values.Select(model => model.Address).OfType<string>()]);
                return progress;
            }
            catch (ServiceException)
            {
                // A version was deleted between being found and being held: the names may mean others now.
            }
        }
    }

    private async Task<BatchProgress> AnswerAllAsync(
        JobLease lease, string path, BatchSurvey survey, BatchProgress begun, CancellationToken stopping)
    {
        using var phase = JobActivities.Phase("batch.answer")?.SetTag("batch.resumed_from_line", begun.Line);
        using var reader = new BatchInputReader(path, options.Value.MaxLineBytes, begun.Offset, begun.Line);
        using var writer = new BatchPartWriter(folder, store, lease.JobId, lease.Epoch);
        var saveEvery = writer.GrowsInPlace ? options.Value.SaveEvery : options.Value.SaveSegmentsEvery;
        var models = new BatchModels(registry, begun.Models);
        var window = new Queue<PendingLine>();
        var (progress, saved, texts) = (begun, clock.GetTimestamp(), 0);
        try
        {
            while (true)
            {
                while ((window.Count == 0 || texts < options.Value.TextsInFlight) && window.Count < options.Value.LinesInFlight
                    && reader.TryRead(out var bytes, out var tooLong))
                {
                    var line = tooLong
                        ? BatchLineParser.TooLong(reader.Line, options.Value.MaxLineBytes)
                        : BatchLineParser.Parse(bytes, reader.Line, survey.IsRepeated(reader.Line));
                    var pending = new PendingLine(AnswerAsync(lease, line, models, stopping), reader.Offset, reader.Line, line.Request is { } asked ? OcclusionExplainer.TextsOf(asked) : 0);
                    window.Enqueue(pending);
                    texts += pending.Texts;
                }

                if (!window.TryPeek(out var oldest))
                {
                    break;
                }

                var answer = await oldest.Answer;
                texts -= window.Dequeue().Texts;
                writer.Write(answer);
                progress = progress with
                {
                    Completed = progress.Completed + (answer.Succeeded ? 1 : 0),
                    Failed = progress.Failed + (answer.Succeeded ? 0 : 1),
                    Tokens = progress.Tokens + answer.Tokens,
                    Offset = oldest.EndOffset,
                    Line = oldest.Line,
                };
                if (clock.GetElapsedTime(saved) >= saveEvery)
                {
                    await SaveAsync(lease, await KeptAsync(stopping), stopping);
                    saved = clock.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever goes on, or ends it, shall find all that was answered.
            await SaveAsync(lease, await KeptAsync(CancellationToken.None), CancellationToken.None);
            throw;
        }
        finally
        {
            // The lines still on their way hold leases of models and end by the same token.
            await Task.WhenAll(window.Select(pending => pending.Answer)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        progress = BatchFiles.Name(await KeptAsync(stopping) with { FinalizingAt = clock.NowMicroseconds() });
        await SaveAsync(lease, progress, stopping);
        return progress;

        async Task<BatchProgress> KeptAsync(CancellationToken cancellationToken) => progress with { Parts = [.. begun.Parts, await writer.KeepAsync(cancellationToken)] };
    }

    private async Task<BatchAnswer> AnswerAsync(JobLease lease, BatchLine line, BatchModels models, CancellationToken stopping)
    {
        if (line.Fault is not null || line.Refusal is not null)
        {
            return line.Fault is { } fault ? BatchAnswer.Of(line, fault) : BatchAnswer.Of(line, line.Refusal!);
        }

        try
        {
            var request = line.Request!;
            var model = await models.FindAsync(request.Model, stopping);
            return BatchAnswer.Of(line, await classifications.AnswerAsync(request, model, Ids.NewClassification(), WorkPriority.Background, stopping));
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !Outage.Is(failure))
        {
            // The edge of a line: whatever is wrong with it is told in its place, and the other lines are answered. An outage is no fault of a line.
            var problem = ProblemMapping.From(failure);
            if (problem.Status >= StatusCodes.Status500InternalServerError)
            {
                LogLineFailed(logger, failure, lease.JobId, line.Number, problem.Code);
            }

            return BatchAnswer.Of(line, problem);
        }
    }

    private async Task SaveAsync(JobLease lease, BatchProgress progress, CancellationToken cancellationToken, IReadOnlyList<string>? reads = null)
    {
        if (!await leases.ReportAsync(lease, new JobReport { ProgressJson = progress.ToJson(), IsProgress = true, Reads = reads ?? [] }, cancellationToken))
        {
            throw new LeaseLostException(lease.JobId);
        }
        FaultPoint.Reach(FaultPoints.BatchProgressCommitted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Line {Line} of {BatchId} failed: {Code}")]
    private static partial void LogLineFailed(ILogger logger, Exception failure, string batchId, long line, string code);

    private sealed record PendingLine(Task<BatchAnswer> Answer, long EndOffset, long Line, int Texts);
}
