namespace FeedbackService.Api.Storage.Entities;

/// <summary>Work that one process at a time does for all, such as sweeping, under a lease of its own.</summary>
public sealed class DutyRow
{
    /// <summary>Which work.</summary>
    public string Name { get; set; } = "";

    /// <summary>Process that does it.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Until when others leave it to that one, UTC microseconds by the clock of the database.</summary>
    public long Until { get; set; }
}
