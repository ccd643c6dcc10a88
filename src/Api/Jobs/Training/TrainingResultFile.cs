using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Files;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Training.Options;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>Keeps the figures of a training as a file of its user: CSV, one line per step, oldest first, with what was validated at it.</summary>
internal sealed class TrainingResultFile(IDbContextFactory<AppDbContext> contexts, FileIntake intake, FileContents contents)
{
    private const string Name = "step_metrics.csv";

    // Column on the left, name in the progress records on the right; the first column is the step.
    private static readonly (string Column, string Record)[] OfAll =
    [
        ("epoch", "epoch"),
        ("learning_rate", "learning_rate"),
        ("train_loss", "loss"),
        ("valid_loss", "valid_loss"),
    ];

    private static readonly (string Column, string Record)[] Supervised = [.. OfAll, ("valid_accuracy", "accuracy"), ("valid_macro_f1", "macro_f1"), ("valid_rmse", "rmse")];

    private static readonly (string Column, string Record)[] Pretrained = [.. OfAll, ("valid_perplexity", "perplexity"), ("valid_masked_accuracy", "masked_accuracy")];

    /// <summary>Makes the file and keeps its content, for the one id that the job has for it. Done twice, it makes nothing twice.</summary>
    /// <returns>What enters its row.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
    public async Task<FileEntry> KeepAsync(JobRow job, CancellationToken cancellationToken)
    {
        var columns = TrainingSpec.FromJson(job.SpecJson).MethodKind == TrainingMethods.MaskedLanguageModeling ? Pretrained : Supervised;
        var lines = await ReadAsync(job.Id, columns, cancellationToken);
        var path = contents.NewTemporaryPath();
        try
        {
            var (bytes, sha256) = DurableFiles.Create(path, stream => Write(stream, columns, lines));
            var file = new IncomingFile(path, Name, bytes, sha256);
            return await intake.KeepAsync(Ids.ResultFileOf(job.Id), file, FilePurpose.FineTuneResults, row => row.CreatedByKeyId = job.CreatedByKeyId, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Steps repeated after a crash are in the series twice; the later record is the one the result comes from.
    private async Task<SortedDictionary<int, string?[]>> ReadAsync(string jobId, (string Column, string Record)[] columns, CancellationToken cancellationToken)
    {
        var lines = new SortedDictionary<int, string?[]>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.JobMetrics.AsNoTracking().Where(row => row.JobId == jobId).OrderBy(row => row.Sequence).AsAsyncEnumerable();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (!lines.TryGetValue(row.Step, out var line))
            {
                lines[row.Step] = line = new string?[columns.Length];
            }
            var record = JsonNode.Parse(row.ValuesJson) as JsonObject ?? [];
            for (var i = 0; i < columns.Length; i++)
            {
                line[i] = record[columns[i].Record]?.ToString() ?? line[i];
            }
        }
        return lines;
    }

    private static void Write(Stream stream, (string Column, string Record)[] columns, SortedDictionary<int, string?[]> lines)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(',', columns.Select(column => column.Column).Prepend("step")));
        foreach (var (step, values) in lines)
        {
            writer.Write(step);
            foreach (var value in values)
            {
                writer.Write(',');
                writer.Write(value);
            }
            writer.WriteLine();
        }
    }
}
