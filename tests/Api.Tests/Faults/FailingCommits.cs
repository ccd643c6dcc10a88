using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Tests.Faults;

/// <summary>Passes every commit by the counter.</summary>
internal sealed class FailingCommits(FailingCalls calls) : DbTransactionInterceptor
{
    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        calls.BeforeDatabase("COMMIT");
        return base.TransactionCommittingAsync(transaction, eventData, result, cancellationToken);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        calls.AfterDatabase("COMMIT");
        return base.TransactionCommittedAsync(transaction, eventData, cancellationToken);
    }
}
