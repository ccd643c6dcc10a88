using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Inference;

/// <summary>
/// The one seam for inference: packed token ids in, logits per round out. A backend is used by one thread at a time.
/// </summary>
public interface IClassifierBackend : IDisposable
{
    /// <summary>Shape of the classifier behind it.</summary>
    ClassifierConfig Config { get; }

    /// <summary>Starts a batch. Nothing is computed before <see cref="IClassifierRun.Advance"/>.</summary>
    /// <param name="tokens">One or more tokenized texts.</param>
    /// <param name="withTrace">Collect attention weights and gates of every round.</param>
    IClassifierRun Start(PackedTokens tokens, bool withTrace = false);
}
