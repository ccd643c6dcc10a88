using System.Runtime.CompilerServices;
using System.Text.Json;
using FeedbackService.Api.Events;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
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
        var model = await registry.ResolveServableAsync(spec.Model, stopping);
        var file = await files.FindAsync(spec.File, stopping)
            ?? throw new JobFailedException(new JobFailure("file_not_found", $"The file '{spec.File}' was deleted before the evaluation began.", "file"));
        try
        {
            using var reader = DatasetReader.Open(contents.PathOf(file.Sha256), FileReading.FromJson(file.ReadingJson).ToColumns());
            var tally = new EvaluationTally();
            await predictions.WriteAsync(lease.JobId, PredictAsync(lease, model, reader, tally, stopping), stopping);
            await CheckAsync(lease, tally, stopping);
            return new JobOutcome(JsonSerializer.Serialize(tally.Report));
        }
        catch (Exception fault) when (fault is UnreadableDatasetException or ColumnMappingException)
        {
            throw new JobFailedException(new JobFailure("file_unusable", fault.Message, "file"), fault);
        }
    }

    private async IAsyncEnumerable<EvaluationPrediction> PredictAsync(
        JobLease lease, ServableModel model, DatasetReader reader, EvaluationTally tally, [EnumeratorCancellation] CancellationToken stopping)
    {
        var reported = clock.GetTimestamp();
        foreach (var rows in reader.ReadTexts(cancellationToken: stopping).Chunk(TextsPerRequest))
        {
            var answers = await engine.ClassifyAsync(
                model, [.. rows.Select(row => row.Input)], AllRounds, truncate: true, WorkPriority.Background, stopping);
            foreach (var (row, answer) in rows.Zip(answers.Items))
            {
                if (tally.Add(row, answer, answers.Config, answers.Calibration) is { } prediction)
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

    private async Task CheckAsync(JobLease lease, EvaluationTally tally, CancellationToken stopping)
    {
        if (tally.Counted == 0)
        {
            throw new JobFailedException(new JobFailure(
                "file_unusable", $"No row of the file has a text and labels that the model knows{Named(tally.LeftOut)}; check the file's label column and the model's labels.", "file"));
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
