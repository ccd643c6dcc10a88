using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Sweeping;

/// <summary>Predictions of evaluations: needed until some time after the evaluation.</summary>
internal sealed class PredictionLeftovers(
    EvaluationPredictions predictions, DataFolder folder, TimeProvider clock, IOptions<SweepOptions> options) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "predictions";

    /// <inheritdoc/>
    public IEnumerable<string> List() =>
        Directory.Exists(predictions.Root) ? Directory.EnumerateFiles(predictions.Root).Select(folder.Relative) : [];

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var id = Path.GetFileNameWithoutExtension(path);
        var before = clock.NowMicroseconds() - options.Value.KeepPredictions.ToMicroseconds();
        return db.Jobs.AnyAsync(row => row.Id == id && (row.FinishedAt == null || row.FinishedAt >= before), cancellationToken);
    }
}
