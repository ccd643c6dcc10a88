using Microsoft.EntityFrameworkCore.Storage;

namespace FeedbackService.Api.Storage;

/// <summary>
/// Transactions that look and then write. On SQLite every transaction has the database to itself; elsewhere it first locks its topics,
/// always in the order of the enum, so that two never wait for each other.
/// </summary>
internal static class WriteTransactions
{
    /// <summary>Begins a transaction that changes something of a topic; other processes are told of it when it commits.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="topic">What it changes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IDbContextTransaction> BeginWriteAsync(this AppDbContext db, WriteTopic topic, CancellationToken cancellationToken)
    {
        db.TakeWrittenTopics();
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.WriteAsync(topic, cancellationToken);
        return transaction;
    }

    /// <summary>Begins a transaction that keeps others from changing a topic, and changes nothing of it that anybody need be told.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="topic">What must stay.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IDbContextTransaction> BeginQuietWriteAsync(this AppDbContext db, WriteTopic topic, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockQuietlyAsync(topic, cancellationToken);
        return transaction;
    }

    /// <summary>Adds a topic to the transaction that has been begun.</summary>
    /// <param name="db">A context with a transaction.</param>
    /// <param name="topic">What it changes as well.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task WriteAsync(this AppDbContext db, WriteTopic topic, CancellationToken cancellationToken)
    {
        await db.LockAsync(topic, cancellationToken);
        db.NoteWritten(topic);
    }

    /// <summary>Begins a transaction that needs nothing of a topic to change until it commits, but changes nothing of it.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="topic">What must stay.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IDbContextTransaction> BeginHoldAsync(this AppDbContext db, WriteTopic topic, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.HoldAsync(topic, cancellationToken);
        return transaction;
    }
}
