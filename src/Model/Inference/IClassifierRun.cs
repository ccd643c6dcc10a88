namespace FeedbackService.Model.Inference;

/// <summary>A batch on its way through the rounds; resumable after each round, on the thread that owns the backend.</summary>
public interface IClassifierRun : IDisposable
{
    /// <summary>Number of the round that <see cref="Advance"/> computes next: 0 is the plain pass.</summary>
    int NextRound { get; }

    /// <summary>Number of texts still in the run.</summary>
    int ActiveCount { get; }

    /// <summary>Computes the next round for the active texts.</summary>
    /// <exception cref="InvalidOperationException">All rounds of the classifier have been computed.</exception>
    RoundOutput Advance();

    /// <summary>Goes on with some of the active texts only; the others have settled and cost nothing more.</summary>
    /// <param name="rows">Ascending indices into the active texts; may be empty.</param>
    void Keep(IReadOnlyList<int> rows);
}
