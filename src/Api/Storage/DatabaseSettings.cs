namespace FeedbackService.Api.Storage;

/// <summary>Where the tables are.</summary>
/// <param name="ConnectionString">Of a PostgreSQL database, which several processes may share; null: the SQLite file of the data folder.</param>
internal sealed record DatabaseSettings(string? ConnectionString)
{
    /// <summary>Whether several processes may work on it, so that nothing follows from what this one alone knows.</summary>
    public bool IsShared => ConnectionString is not null;
}
