using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Inference;

/// <summary>
/// The one seam for inference: packed token ids in, logits per round out. A backend is used by one thread at a time.
/// </summary>
public interface IClassifierBackend : IDisposable
{
    /// <summary>Shape of the classifier behind it.</summary>
    ClassifierConfig Config { get; }

    /// <summary>Starts a run without texts.</summary>
    IClassifierRun Start();
}
