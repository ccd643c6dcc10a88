namespace FeedbackService.Model.Configuration;

/// <summary>How gradients pass through the solution of a fixed-point equation.</summary>
public enum SolutionGradient
{
    /// <summary>
    /// Solved without gradient, then some differentiated sweeps from the solution (Geng et al. 2021, arXiv:2111.05177): the error falls with κ to the
    /// power of their number.
    /// </summary>
    Phantom,

    /// <summary>A fixed number of differentiated sweeps from 0: exact for what is computed, memory for every sweep.</summary>
    Unrolled,

    /// <summary>The exact gradient at the solution, from a linear fixed-point equation of its own (Bai et al. 2019, arXiv:1909.01377); memory for one sweep.</summary>
    Implicit,
}
