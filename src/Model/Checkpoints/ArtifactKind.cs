namespace FeedbackService.Model.Checkpoints;

/// <summary>What an artifact folder holds.</summary>
public enum ArtifactKind
{
    /// <summary>A classifier with all its weights.</summary>
    Complete,

    /// <summary>An encoder without head: a base for jobs, it cannot classify.</summary>
    Encoder,

    /// <summary>Small weights on top of a base that another artifact holds.</summary>
    Adapter,
}
