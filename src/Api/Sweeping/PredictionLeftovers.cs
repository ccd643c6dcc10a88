using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Sweeping;

/// <summary>Predictions of evaluations: needed until some time after the evaluation.</summary>
internal sealed class PredictionLeftovers(TimeProvider clock, IOptions<SweepOptions> options) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "predictions";

    /// <inheritdoc/>
    public string Prefix => EvaluationPredictions.Prefix;

    /// <inheritdoc/>
    public int Depth => 1;

    /// <inheritdoc/>
    public WriteTopic Topic => WriteTopic.Files;

    /// <inheritdoc/>
    public async Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken)
    {
        var (id, epoch) = EvaluationPredictions.Parse(key);
        var before = await db.NowAsync(clock, cancellationToken) - options.Value.KeepPredictions.ToMicroseconds();
        return await db.Jobs.AnyAsync(
            row => row.Id == id && (row.FinishedAt == null || row.FinishedAt >= before) && (epoch == null || row.LeaseEpoch <= epoch), cancellationToken);
    }
}
