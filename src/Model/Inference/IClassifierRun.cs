using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Inference;

/// <summary>
/// Texts on their way through the rounds. Each text has its own round, so that others can join while some are under way; resumable after each round, on the thread that
/// owns the backend.
/// </summary>
public interface IClassifierRun : IDisposable
{
    /// <summary>Number of texts in the run, those included that have joined and not been computed yet.</summary>
    int ActiveCount { get; }

    /// <summary>Lets texts join, behind those that are there. The next <see cref="Advance"/> computes their plain pass.</summary>
    /// <param name="tokens">One or more tokenized texts.</param>
    void Add(PackedTokens tokens);

    /// <summary>Computes the next round of every active text: the plain pass, round 0, of those that have just joined.</summary>
    /// <param name="withTrace">Also tell attention weights and gates.</param>
    /// <exception cref="InvalidOperationException">A text has taken all rounds of the classifier and was kept.</exception>
    RoundOutput Advance(bool withTrace = false);

    /// <summary>Goes on with some of the active texts only; the others have settled and cost nothing more.</summary>
    /// <param name="rows">Ascending indices into the active texts; may be empty.</param>
    void Keep(IReadOnlyList<int> rows);
}
