using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Sweeping;

/// <summary>One kind of thing in the store that rows name, and that is to go when none does.</summary>
internal interface ILeftovers
{
    /// <summary>What they are called in reports.</summary>
    string Kind { get; }

    /// <summary>What their keys begin with.</summary>
    string Prefix { get; }

    /// <summary>Levels below it at which they lie.</summary>
    int Depth { get; }

    /// <summary>What a transaction is about that gives one of them a name; taking one out waits for those.</summary>
    WriteTopic Topic { get; }

    /// <summary>Whether something still needs it. Asked again inside the transaction that takes it out.</summary>
    /// <param name="db">A context.</param>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken);
}
