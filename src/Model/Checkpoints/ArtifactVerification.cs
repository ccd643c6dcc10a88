namespace FeedbackService.Model.Checkpoints;

/// <summary>How closely an artifact folder is looked at when it is opened.</summary>
public enum ArtifactVerification
{
    /// <summary>Manifest, names and sizes: costs nothing, for folders verified before on this machine.</summary>
    Sizes,

    /// <summary>Also the SHA-256 of every file: for the first load on a machine and after every transfer.</summary>
    Hashes,
}
