namespace FeedbackService.Api.Storage.Entities;

/// <summary>
/// How often something of a topic was changed. Writers lock the row, so that they come one after another; whoever keeps something of
/// the topic in memory sees by the number that it is old.
/// </summary>
public sealed class RevisionRow
{
    /// <summary>Name of a <see cref="WriteTopic"/>, lower case.</summary>
    public string Topic { get; set; } = "";

    /// <summary>Grows with every write.</summary>
    public long Revision { get; set; }
}
