using TorchSharp;

namespace FeedbackService.Model.Inference;

/// <summary>Gives the calling thread a number of threads of libtorch until it is disposed of, on the same thread; then it has again what it had.</summary>
internal readonly ref struct ThreadScope
{
    private readonly int _before;

    /// <summary>Sets the number, if the thread has another one. Costs less than a microsecond.</summary>
    /// <param name="threads">1 or more; null to leave it.</param>
    public ThreadScope(int? threads)
    {
        if (threads is not { } wanted)
        {
            return;
        }

        // Asking comes first: when a thread asks or computes for the first time, it gets what any thread has set last, and loses what it has set before.
        var before = torch.get_num_threads();
        if (before != wanted)
        {
            torch.set_num_threads(wanted);
            _before = before;
        }
    }

    /// <summary>Puts back what was there.</summary>
    public void Dispose()
    {
        if (_before > 0)
        {
            torch.set_num_threads(_before);
        }
    }
}
