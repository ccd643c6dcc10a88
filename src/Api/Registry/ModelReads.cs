using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Which versions and checkpoints the jobs that have not ended read. Deleting and queueing agree through one transaction each.</summary>
internal static class ModelReads
{
    /// <summary>Enters what a new job reads into the caller's transaction.</summary>
    /// <param name="db">Context with an open write transaction.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="addresses">Resolved addresses.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <exception cref="ServiceException">404 <c>model_not_found</c> when one was deleted since it was resolved.</exception>
    public static async Task AddAsync(AppDbContext db, string jobId, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        foreach (var address in addresses.Distinct(StringComparer.Ordinal))
        {
            if (!await ExistsAsync(db, ModelAddress.Parse(address), cancellationToken))
            {
                throw ServiceException.NotFound("model_not_found", $"'{address}' was deleted while the request was being read. GET /v1/models lists what there is.", "model");
            }
            db.JobModels.Add(new JobModelRow { JobId = jobId, Model = address });
        }
    }

    /// <summary>Jobs that have not ended and read the model.</summary>
    /// <param name="db">A context.</param>
    /// <param name="address">Resolved address.</param>
    public static IQueryable<JobRow> UnendedReaders(AppDbContext db, string address) =>
        from use in db.JobModels
        join job in db.Jobs on use.JobId equals job.Id
        where use.Model == address && (job.State == JobState.Queued || job.State == JobState.Running || job.State == JobState.Paused)
        select job;

    private static Task<bool> ExistsAsync(AppDbContext db, ModelAddress? address, CancellationToken cancellationToken) => address switch
    {
        { Version: { } version } => db.ModelVersions.AnyAsync(row => row.ModelName == address.Name && row.Version == version, cancellationToken),
        { Step: { } step } => db.Checkpoints.AnyAsync(row => row.JobId == address.Name && row.Step == step, cancellationToken),
        _ => throw new ArgumentException("A job reads resolved addresses only.", nameof(address)),
    };
}
