using System.Data.Common;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Events;

/// <summary>Raises the signal for every transaction that has appended events, whoever wrote it: nobody has to remember to.</summary>
internal sealed class CommittedEvents(JobEventSignal signal) : DbTransactionInterceptor
{
    /// <inheritdoc/>
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Raise(eventData.Context);

    /// <inheritdoc/>
    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Raise(eventData.Context);
        return Task.CompletedTask;
    }

    private void Raise(DbContext? context)
    {
        foreach (var jobId in context?.ChangeTracker.Entries<JobEventRow>().Select(entry => entry.Entity.JobId).Distinct() ?? [])
        {
            signal.Raise(jobId);
        }
    }
}
