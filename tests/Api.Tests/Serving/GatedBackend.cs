using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>A backend whose first round waits until a test lets it go, and that tells which rounds were computed together.</summary>
/// <param name="inner">What computes.</param>
/// <param name="computing">Called before each round; null (default) for nothing.</param>
internal sealed class GatedBackend(IClassifierBackend inner, Action? computing = null) : IClassifierBackend
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    public ClassifierConfig Config => inner.Config;

    /// <summary>Ends when the first round has begun.</summary>
    public Task Reached => _reached.Task;

    /// <summary>The round of each text, computation by computation. Complete when all texts have their answers.</summary>
    public List<IReadOnlyList<int>> Rounds { get; } = [];

    private Action? Computing { get; } = computing;

    public void Release() => _released.Set();

    public IClassifierRun Start() => new Run(this, inner.Start());

    public void Dispose()
    {
        _released.Dispose();
        inner.Dispose();
    }

    private sealed class Run(GatedBackend gate, IClassifierRun run) : IClassifierRun
    {
        public int ActiveCount => run.ActiveCount;

        public void Add(PackedTokens tokens) => run.Add(tokens);

        public RoundOutput Advance(bool withTrace)
        {
            gate._reached.TrySetResult();
            gate._released.Wait();
            gate.Computing?.Invoke();
            var output = run.Advance(withTrace);
            gate.Rounds.Add(output.Rounds);
            return output;
        }

        public void Keep(IReadOnlyList<int> rows) => run.Keep(rows);

        public void Dispose() => run.Dispose();
    }
}
