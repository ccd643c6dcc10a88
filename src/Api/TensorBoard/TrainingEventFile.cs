using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.TensorBoard;

/// <summary>
/// A training's figures as a TensorBoard event file, written anew from the stored series at each download. The series is append-only and
/// nothing else goes into the bytes, so what one download gave is the beginning of what every later one gives.
/// </summary>
internal sealed class TrainingEventFile(IDbContextFactory<AppDbContext> contexts, DataFolder folder)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>The name TensorBoard looks for, with what tells runs apart.</summary>
    public static string NameOf(JobRow job) =>
        string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{Timestamps.ToUnixSeconds(job.CreatedAt)}.{job.Id}");

    /// <summary>Writes what there is now.</summary>
    /// <param name="job">A training.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>A file in the temporary folder, at its beginning; gone when closed.</returns>
    public async Task<FileStream> WriteAsync(JobRow job, CancellationToken cancellationToken)
    {
        // Through the disk: days of training make tens of megabytes, and a range needs the length first.
        var file = new FileStream(
            Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N")),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            await WriteAsync(job, file, cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(JobRow job, Stream file, CancellationToken cancellationToken)
    {
        await file.WriteAsync(EventRecord.Version(Seconds(job.CreatedAt)), cancellationToken);
        await file.WriteAsync(EventRecord.Text(Seconds(job.CreatedAt), "hyperparameters/text_summary", Table(TrainingSpec.FromJson(job.SpecJson).Hyperparameters)), cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var newest = 0;
        await foreach (var row in db.JobMetrics.AsNoTracking().Where(row => row.JobId == job.Id).OrderBy(row => row.Sequence).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (row.Step < newest)
            {
                await file.WriteAsync(EventRecord.Restart(Seconds(row.CreatedAt), row.Step), cancellationToken);
            }

            newest = row.Step;
            await file.WriteAsync(EventRecord.Scalars(Seconds(row.CreatedAt), row.Step, TrainingScalars.Of(row)), cancellationToken);
        }
    }

    private static string Table(JsonObject hyperparameters)
    {
        var table = new StringBuilder("| option | value |\n|---|---|\n");
        foreach (var (name, value) in hyperparameters)
        {
            table.Append("| ").Append(name).Append(" | ").Append(value?.ToJsonString() ?? "null").Append(" |\n");
        }

        return table.ToString();
    }

    private static double Seconds(long microseconds) => microseconds / 1e6;
}
