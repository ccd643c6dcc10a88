using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Jobs;

/// <summary>Tells what keeps a job from its work for a while, and is no fault of it, from what is wrong with it.</summary>
internal static class Outage
{
    /// <summary>Whether the database or the store is away.</summary>
    public static bool Is(Exception fault) => DatabaseFaults.IsTransient(fault) || IsOfStore(fault);

    /// <summary>Whether the store of artifacts and files is away, or a disk refuses all work.</summary>
    public static bool IsOfStore(Exception fault) => fault is ContentStoreException || FolderFaults.IsAway(fault);
}
