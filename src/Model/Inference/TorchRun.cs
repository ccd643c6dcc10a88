using FeedbackService.Model.Classification;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>
/// A batch on its way through the rounds. Between rounds it owns H_m, H^k and the logits of the active texts and their
/// layout, outside all dispose scopes; everything else lives within one <see cref="Advance"/>.
/// </summary>
internal sealed class TorchRun : IClassifierRun
{
    private readonly TextClassifier _classifier;
    private readonly Device _device;
    private readonly bool _withTrace;
    private PackedTokens? _tokens;
    private TokenLayout? _layout;
    private RoundState? _state;

    public TorchRun(TextClassifier classifier, Device device, PackedTokens tokens, bool withTrace)
    {
        _classifier = classifier;
        _device = device;
        _tokens = tokens;
        _withTrace = withTrace;
        ActiveCount = tokens.Count;
    }

    public int NextRound { get; private set; }

    public int ActiveCount { get; private set; }

    public RoundOutput Advance()
    {
        if (NextRound > _classifier.MaxRounds)
        {
            throw new InvalidOperationException($"All {_classifier.MaxRounds + 1} rounds of the classifier have been computed.");
        }

        var round = NextRound;
        if (ActiveCount == 0)
        {
            NextRound++;
            return new RoundOutput(round, [], _withTrace ? [] : null);
        }

        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var next = _state is null
            ? _classifier.Begin(_tokens!, _layout = new TokenLayout(_tokens!.Lengths, _device))
            : _classifier.Next(_state);
        var output = new RoundOutput(round, ToRows(next.Logits), _withTrace ? RoundTraces.Of(next) : null);
        NextRound++;
        _tokens = null;
        Hold(NextRound > _classifier.MaxRounds ? null : next with { Step = null });
        return output;
    }

    public void Keep(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RequireAscending(rows);
        if (rows.Count == ActiveCount)
        {
            return;
        }

        ActiveCount = rows.Count;
        if (rows.Count == 0)
        {
            Release();
        }
        else if (_state is null)
        {
            _tokens = _tokens?.Select(rows);
        }
        else
        {
            Narrow(rows, _state);
        }
    }

    public void Dispose()
    {
        ActiveCount = 0;
        Release();
    }

    private void Narrow(IReadOnlyList<int> rows, RoundState state)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var old = _layout!;
        var kept = new TokenLayout([.. rows.Select(row => old.Lengths[row])], _device);
        var tokens = tensor(
            rows.SelectMany(row => Enumerable.Range(old.Offsets[row], old.Lengths[row])).Select(token => (long)token).ToArray(),
            device: _device);
        var texts = tensor(rows.Select(row => (long)row).ToArray(), device: _device);
        var narrowed = state with
        {
            Anchor = new TokenBatch(state.Anchor.Rows.index_select(0, tokens), kept),
            States = new TokenBatch(state.States.Rows.index_select(0, tokens), kept),
            Logits = state.Logits.index_select(0, texts),
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
        _tokens = null;
    }

    private void RequireAscending(IReadOnlyList<int> rows)
    {
        var previous = -1;
        foreach (var row in rows)
        {
            if (row <= previous || row >= ActiveCount)
            {
                throw new ArgumentException($"Rows must ascend within 0 … {ActiveCount - 1}; {row} comes after {previous}.", nameof(rows));
            }

            previous = row;
        }
    }

    private static float[][] ToRows(Tensor logits)
    {
        var flat = logits.cpu().data<float>().ToArray();
        return [.. flat.Chunk((int)logits.size(1))];
    }
}
