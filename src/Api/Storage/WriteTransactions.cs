using Microsoft.EntityFrameworkCore.Storage;

namespace FeedbackService.Api.Storage;

/// <summary>Begins transactions that check and then write.</summary>
internal static class WriteTransactions
{
    /// <summary>Begins one; another of the same topic waits for its end.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="topic">What it is about.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static Task<IDbContextTransaction> BeginWriteAsync(this AppDbContext db, WriteTopic topic, CancellationToken cancellationToken)
    {
        // SQLite's BEGIN IMMEDIATE makes all writers wait for one another, whatever they are about.
        _ = topic;
        return db.Database.BeginTransactionAsync(cancellationToken);
    }
}
