using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Storage;

/// <summary>Raises the signal for every transaction of this process that was begun to change a topic.</summary>
internal sealed class CommittedChanges(ChangeSignal signal) : DbTransactionInterceptor
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
        foreach (var topic in (context as AppDbContext)?.TakeWrittenTopics() ?? [])
        {
            signal.Raise(topic);
        }
    }
}
