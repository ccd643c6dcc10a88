using System.Runtime.CompilerServices;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Events;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Faults;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Api.Jobs.Evaluation;

/// <summary>Runs a model over a labelled file, through the same engine that answers requests, and keeps report and predictions.</summary>
internal sealed class EvaluationJobRunner(
    JobLeases leases,
    FileStore files,
    FileContents contents,
    ModelRegistry registry,
    IClassificationEngine engine,
    EvaluationPredictions predictions,
    TimeProvider clock) : IJobRunner
{
    private const int TextsPerRequest = 256;
    private const int ShownLabels = 10;

    private static readonly PredictionOptions AllRounds = new() { WithTrace = true };
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        var spec = EvaluationSpec.FromJson(lease.Job.SpecJson);
        var model = await registry.ResolveServableAsync(spec.Model, stopping) with { Provider = spec.Provider };
        var baseline = spec.Baseline is null ? null : await registry.ResolveServableAsync(spec.Baseline, stopping) with { Provider = spec.Provider is null ? null : ServingProvider.Auto };
        var file = await files.FindAsync(spec.File, stopping)
            ?? throw new JobFailedException(new JobFailure("file_not_found", $"The file '{spec.File}' was deleted before the evaluation began.", "file"));
        try
        {
            using var reader = DatasetReader.Open(await contents.GetAsync(file.Sha256, stopping), FileReading.FromJson(file.ReadingJson).ToColumns());
            var tally = new EvaluationTally();
            var comparison = baseline is null ? null : new ComparisonTally(baseline.Address);
            using var phase = JobActivities.Phase("evaluation.classify");
            await predictions.WriteAsync(lease.JobId, lease.Epoch, PredictAsync(lease, model, baseline, reader, tally, comparison, stopping), stopping);
            FaultPoint.Reach(FaultPoints.EvaluationPredictionsWritten);
            phase?.SetTag("evaluation.texts", tally.Counted);
            await CheckAsync(lease, tally, comparison, stopping);
            return new JobOutcome(new EvaluationResult(tally.Report, comparison?.Comparison).ToJson());
        }
        catch (ServiceException refused) when (refused.Code == ModelLoader.NotPossible)
        {
            throw new JobFailedException(new JobFailure(refused.Code, refused.Message, refused.Param), refused);
        }
        catch (Exception fault) when (fault is UnreadableDatasetException or ColumnMappingException)
        {
            throw new JobFailedException(new JobFailure("file_unusable", fault.Message, "file"), fault);
        }
    }

    private async IAsyncEnumerable<EvaluationPrediction> PredictAsync(
        JobLease lease,
        ServableModel model,
        ServableModel? baseline,
        DatasetReader reader,
        EvaluationTally tally,
        ComparisonTally? comparison,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        var reported = clock.GetTimestamp();
        foreach (var rows in reader.ReadTexts(cancellationToken: stopping).Chunk(TextsPerRequest))
        {
            var answers = await ClassifyAsync(model, rows, stopping);
            var others = baseline is null ? null : await ClassifyAsync(baseline, rows, stopping);
            foreach (var (index, row) in rows.Index())
            {
                if (others is not null)
                {
                    comparison!.Add(row, answers, others, index);
                }
                if (tally.Add(row, answers.Items[index], answers.Config, answers.Calibration) is { } prediction)
                {
                    yield return prediction;
                }
            }
            if (clock.GetElapsedTime(reported) >= ReportEvery)
            {
                reported = clock.GetTimestamp();
                await ReportAsync(lease, new JobReport { ProgressJson = $$"""{"texts":{{tally.Counted}}}""" }, stopping);
            }
        }
    }

    private Task<ClassifiedTexts> ClassifyAsync(ServableModel model, IReadOnlyList<LabeledText> rows, CancellationToken stopping) =>
        engine.ClassifyAsync(model, [.. rows.Select(row => row.Input)], AllRounds, truncate: true, WorkPriority.Background, stopping);

    private async Task CheckAsync(JobLease lease, EvaluationTally tally, ComparisonTally? comparison, CancellationToken stopping)
    {
        if (tally.Counted == 0)
        {
            throw new JobFailedException(new JobFailure(
                "file_unusable", $"No row of the file has a text and labels that the model knows{Named(tally.LeftOut)}; check the file's label column and the model's labels.", "file"));
        }
        if (comparison is { Comparison: null })
        {
            throw new JobFailedException(new JobFailure(
                "baseline_not_comparable", "No row of the file has labels that both models know, so that they cannot be compared on it.", "baseline"));
        }
        if (tally.LeftOut is { Rows: > 0 } left)
        {
            var warning = JobEvent.Warning($"{left.Rows} rows could not be compared and were left out{Named(left)}; the report's left_out says why.");
            await ReportAsync(lease, new JobReport { Events = [warning] }, stopping);
        }
    }

    private static string Named(LeftOutRows left) =>
        left.UnknownLabels.Count == 0 ? "" : $" (labels the model does not know: {string.Join(", ", left.UnknownLabels.Keys.Take(ShownLabels))}{(left.UnknownLabels.Count > ShownLabels ? ", …" : "")})";

    private async Task ReportAsync(JobLease lease, JobReport report, CancellationToken cancellationToken)
    {
        if (!await leases.ReportAsync(lease, report, cancellationToken))
        {
            throw new LeaseLostException(lease.JobId);
        }
    }
}
