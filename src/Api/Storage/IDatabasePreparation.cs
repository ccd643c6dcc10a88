namespace FeedbackService.Api.Storage;

/// <summary>Makes a database ready for this program, in the way of its provider.</summary>
internal interface IDatabasePreparation
{
    /// <summary>What the database is called in messages; no secrets.</summary>
    string Name { get; }

    /// <summary>Brings the schema up to date. One process at a time does so.</summary>
    /// <exception cref="DataFolderException">It cannot be used, or a newer program has written it.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);
}
