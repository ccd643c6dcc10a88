using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Sweeping;

/// <summary>One kind of thing in the data folder that rows name, and that is to go when none does.</summary>
internal interface ILeftovers
{
    /// <summary>What they are called in reports.</summary>
    string Kind { get; }

    /// <summary>Everything of the kind that is there, named or not: paths of files or folders, relative to the data folder.</summary>
    IEnumerable<string> List();

    /// <summary>Whether something still needs it. Asked again inside the transaction that takes it out.</summary>
    /// <param name="db">A context.</param>
    /// <param name="path">One of <see cref="List"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken);
}
