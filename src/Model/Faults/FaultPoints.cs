using System.Reflection;

namespace FeedbackService.Model.Faults;

/// <summary>Names of the fault points, in the order of a job's life. Each says what has just been done.</summary>
public static class FaultPoints
{
    /// <summary>A job's row is committed; nobody has rung for it.</summary>
    public const string JobInserted = "job.inserted";

    /// <summary>The queue was rung for a job; the row does not say so yet.</summary>
    public const string JobRung = "job.rung";

    /// <summary>A claim is committed; the worker has not begun.</summary>
    public const string JobClaimCommitted = "job.claim-committed";

    /// <summary>A lease was renewed.</summary>
    public const string LeaseRenewed = "lease.renewed";

    /// <summary>A worker has started a trainer.</summary>
    public const string TrainingStarted = "training.started";

    /// <summary>A trainer has read its data and made its model; no step is taken.</summary>
    public const string TrainerStarted = "trainer.started";

    /// <summary>A trainer has taken a step.</summary>
    public const string TrainerStep = "trainer.step";

    /// <summary>A trainer has renamed a checkpoint into its own folder; the worker does not know.</summary>
    public const string TrainerCheckpointWritten = "trainer.checkpoint-written";

    /// <summary>A trainer has written its artifact; the worker does not know.</summary>
    public const string TrainerFinished = "trainer.finished";

    /// <summary>Files of a checkpoint lie under the name of an unfinished one.</summary>
    public const string CheckpointFileWritten = "checkpoint.file-written";

    /// <summary>A checkpoint has its final name; no row names it.</summary>
    public const string CheckpointPlaced = "checkpoint.placed";

    /// <summary>A checkpoint's row is committed; older ones are not pruned yet.</summary>
    public const string CheckpointRowCommitted = "checkpoint.row-committed";

    /// <summary>A finished artifact was held to its manifest.</summary>
    public const string ArtifactHashed = "artifact.hashed";

    /// <summary>The folder of an artifact or a checkpoint is on disk where it was made; nobody else sees it.</summary>
    public const string FolderFlushed = "folder.flushed";

    /// <summary>The folder of an artifact or a checkpoint has its final name; its entry is not on disk yet.</summary>
    public const string FolderRenamed = "folder.renamed";

    /// <summary>An artifact is in the store; no row names it.</summary>
    public const string ArtifactStored = "artifact.stored";

    /// <summary>The transaction that publishes is complete but for its commit.</summary>
    public const string PublishBeforeCommit = "publish.before-commit";

    /// <summary>The transaction that publishes is committed.</summary>
    public const string PublishCommitted = "publish.committed";

    /// <summary>A job's run is over; the queue has not been told.</summary>
    public const string JobAcknowledged = "job.acknowledged";

    /// <summary>Answers of a batch are on disk; the row does not count them.</summary>
    public const string BatchPartFlushed = "batch.part-flushed";

    /// <summary>A batch's progress is committed.</summary>
    public const string BatchProgressCommitted = "batch.progress-committed";

    /// <summary>A batch's output files are kept; the batch has not succeeded yet.</summary>
    public const string BatchPublished = "batch.published";

    /// <summary>An evaluation's predictions have their place; the evaluation has not succeeded yet.</summary>
    public const string EvaluationPredictionsWritten = "evaluation.predictions-written";

    /// <summary>A file's content has its place; no row names it.</summary>
    public const string FilePlaced = "file.placed";

    /// <summary>A file's row is committed; the request is not answered.</summary>
    public const string FileRowCommitted = "file.row-committed";

    /// <summary>A worker that was told to end has asked its trainer for a checkpoint.</summary>
    public const string DrainCheckpointAsked = "drain.checkpoint-asked";

    /// <summary>A worker that was told to end has given a job back.</summary>
    public const string DrainReleased = "drain.released";

    /// <summary>Something that no row names was renamed into the trash; its mark's removal is not committed.</summary>
    public const string SweepTakenOut = "sweep.taken-out";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(FaultPoints).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!),
    ];
}
