using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Events;

/// <summary>The end of a job's log as its followers share it.</summary>
/// <param name="Floor">Whoever has read less than this sequence reads the database first; beyond it, the rows are here.</param>
/// <param name="Rows">Events after <paramref name="Floor"/>, oldest first.</param>
/// <param name="Ended">The job has ended, and its last event is in the database or here.</param>
/// <param name="Changed">Completes when there is a newer view; never after the end.</param>
internal sealed record JobEventView(long Floor, IReadOnlyList<JobEventRow> Rows, bool Ended, Task Changed)
{
    /// <summary>Events after a sequence, which must not be less than <see cref="Floor"/>.</summary>
    public IReadOnlyList<JobEventRow> After(long sequence) =>
        Rows.Count == 0 || Rows[^1].Sequence <= sequence ? [] : [.. Rows.SkipWhile(row => row.Sequence <= sequence)];
}
