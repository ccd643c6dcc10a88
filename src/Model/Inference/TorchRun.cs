using FeedbackService.Model.Classification;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>
/// Texts on their way through the rounds. Between rounds it owns H_m, H^k and the logits of the texts computed so far and their
/// layout, outside all dispose scopes; everything else lives within one <see cref="Advance"/>.
/// </summary>
internal sealed class TorchRun(TextClassifier classifier, Device device, ThreadPlan? threads) : IClassifierRun
{
    // Computed texts come first, then those that have joined since.
    private TokenLayout? _layout;
    private RoundState? _state;
    private PackedTokens? _joining;

    public int ActiveCount => Computed + (_joining?.Count ?? 0);

    private int Computed => _layout?.Count ?? 0;

    public void Add(PackedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        _joining = _joining is null ? tokens : _joining.Then(tokens);
    }

    public RoundOutput Advance(bool withTrace = false)
    {
        if (_state?.Rounds.Any(round => round >= classifier.MaxRounds) == true)
        {
            throw new InvalidOperationException($"A text has taken all {classifier.MaxRounds + 1} rounds of the classifier.");
        }

        if (ActiveCount == 0)
        {
            return new RoundOutput([], [], withTrace ? [] : null);
        }

        using var count = new ThreadScope(threads?.Threads((_layout?.TotalTokens ?? 0) + (_joining?.TotalTokens ?? 0)));
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var next = _joining is null ? classifier.Next(_state!) : Join(_joining);
        var output = new RoundOutput(next.Rounds, ToRows(next.Logits), withTrace ? RoundTraces.Of(next) : null);
        Hold(next with { Step = null });
        return output;
    }

    public void Keep(IReadOnlyList<int> rows)
    {
        var computed = Computed;
        var (ofState, ofJoining) = ClassifierRows.Split(rows, computed, ActiveCount);
        if (rows.Count == ActiveCount)
        {
            return;
        }

        if (ofState.Length == 0)
        {
            Release();
        }
        else if (ofState.Length < computed)
        {
            Narrow(ofState, _state!);
        }

        _joining = ofJoining.Length == 0 ? null : _joining!.Select(ofJoining);
    }

    public void Dispose()
    {
        Release();
        _joining = null;
    }

    private RoundState Join(PackedTokens joining)
    {
        using var former = _layout;
        _layout = new TokenLayout([.. former?.Lengths ?? [], .. joining.Lengths], device);
        _joining = null;
        return _state is null ? classifier.Begin(joining, _layout) : classifier.Next(_state, joining, _layout);
    }

    private void Narrow(int[] rows, RoundState state)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var old = _layout!;
        var kept = new TokenLayout([.. rows.Select(row => old.Lengths[row])], device);
        var tokens = tensor(
            rows.SelectMany(row => Enumerable.Range(old.Offsets[row], old.Lengths[row])).Select(token => (long)token).ToArray(),
            device: device);
        var texts = tensor(rows.Select(row => (long)row).ToArray(), device: device);
        var narrowed = state with
        {
            Anchor = new TokenBatch(state.Anchor.Rows.index_select(0, tokens), kept),
            States = new TokenBatch(state.States.Rows.index_select(0, tokens), kept),
            Logits = state.Logits.index_select(0, texts),
            Rounds = [.. rows.Select(row => state.Rounds[row])],
        };
        Hold(narrowed);
        old.Dispose();
        _layout = kept;
    }

    /// <summary>Makes <paramref name="next"/> the state between rounds and frees what only the old one held.</summary>
    private void Hold(RoundState? next)
    {
        Tensor[] held = next is null ? [] : [next.Anchor.Rows, next.States.Rows, next.Logits];
        foreach (var tensor in held)
        {
            tensor.DetachFromDisposeScope();
        }

        if (_state is not null)
        {
            // The anchor passes from round to round, and without layers after it the states are the anchor itself.
            foreach (var tensor in new[] { _state.Anchor.Rows, _state.States.Rows, _state.Logits }.Except(held, ReferenceEqualityComparer.Instance))
            {
                ((Tensor)tensor!).Dispose();
            }
        }

        _state = next;
    }

    private void Release()
    {
        Hold(null);
        _layout?.Dispose();
        _layout = null;
    }

    private static float[][] ToRows(Tensor logits)
    {
        var flat = logits.cpu().data<float>().ToArray();
        return [.. flat.Chunk((int)logits.size(1))];
    }
}
