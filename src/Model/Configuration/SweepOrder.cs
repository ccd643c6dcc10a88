namespace FeedbackService.Model.Configuration;

/// <summary>In which order a sweep renews the states of a text.</summary>
public enum SweepOrder
{
    /// <summary>One after the other with the new state of the neighbour just renewed, by turns from the first to the last and back (Gauss–Seidel).</summary>
    Alternating,

    /// <summary>All at once from the old states (Jacobi): some more sweeps, each far cheaper where many texts are computed together.</summary>
    Jacobi,
}
