namespace FeedbackService.Model.Checkpoints;

/// <summary>Element type of the floating-point weights in the file. In what inference computes is the process's affair, whatever it is.</summary>
public enum ArtifactPrecision
{
    /// <summary>As trained.</summary>
    Float32,

    /// <summary>Rounded to bfloat16: half the size, 8 bits of mantissa.</summary>
    Bfloat16,

    /// <summary>Rounded to float16: half the size, 11 bits of mantissa, values up to 65,504.</summary>
    Float16,
}
