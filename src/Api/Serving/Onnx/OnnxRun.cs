using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Texts on their way through the rounds of a classifier with feedback. Between rounds it owns H_m and H^k of the texts computed so far.</summary>
/// <param name="segments">The graphs.</param>
/// <param name="maxRounds">K.</param>
internal sealed class OnnxRun(OnnxSegments segments, int maxRounds) : IClassifierRun
{
    // Computed texts come first, then those that have joined since.
    private OnnxRound _round = OnnxRound.Empty;
    private OrtValue? _anchor;
    private OrtValue? _states;
    private PackedTokens? _joining;

    /// <inheritdoc/>
    public int ActiveCount => Computed + (_joining?.Count ?? 0);

    private int Computed => _round.Lengths.Count;

    /// <inheritdoc/>
    public void Add(PackedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        _joining = _joining is null ? tokens : _joining.Then(tokens);
    }

    /// <inheritdoc/>
    public RoundOutput Advance(bool withTrace = false)
    {
        if (_round.Rounds.Any(round => round >= maxRounds))
        {
            throw new InvalidOperationException($"A text has taken all {maxRounds + 1} rounds of the classifier.");
        }

        if (ActiveCount == 0)
        {
            return new RoundOutput([], [], withTrace ? [] : null);
        }

        var step = Computed == 0 ? null : segments.FeedBack(_round, _anchor!, _states!, withTrace);
        var input = step?.Input;
        try
        {
            if (_joining is not null)
            {
                input = Join(segments.Begin(_joining), input);
            }

            using var batch = new OnnxBatch([.. _round.Lengths, .. _joining?.Lengths ?? []]);
            var (states, logits) = segments.End(batch, input!);
            using (logits)
            {
                var rounds = _round.Rounds.Select(round => round + 1).Concat(Enumerable.Repeat(0, _joining?.Count ?? 0));
                _round = new OnnxRound(batch.Lengths, [.. rounds], OnnxRows.ToArrays(logits));
            }

            _states?.Dispose();
            _states = states;
            _joining = null;
        }
        finally
        {
            // Where all texts have just joined, the input is the anchor itself.
            if (!ReferenceEquals(input, _anchor))
            {
                input?.Dispose();
            }
        }

        return new RoundOutput(_round.Rounds, [.. _round.Logits], withTrace ? Traces(step) : null);
    }

    /// <inheritdoc/>
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
            var (anchor, states) = (_anchor!, _states!);
            (_anchor, _states) = (OnnxRows.Select(anchor, _round.Lengths, ofState), OnnxRows.Select(states, _round.Lengths, ofState));
            anchor.Dispose();
            states.Dispose();
            _round = _round.Select(ofState);
        }

        _joining = ofJoining.Length == 0 ? null : _joining!.Select(ofJoining);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _joining = null;
    }

    // The input of texts under way and of those that join, whose anchors become part of the run's.
    private OrtValue Join(OrtValue anchor, OrtValue? input)
    {
        if (_anchor is null || input is null)
        {
            return _anchor = anchor;
        }

        using (anchor)
        using (input)
        using (_anchor)
        {
            _anchor = OnnxRows.Join(_anchor, anchor);
            return OnnxRows.Join(input, anchor);
        }
    }

    private RoundTrace[] Traces(OnnxFeedback? step)
    {
        var traces = new RoundTrace[_round.Lengths.Count];
        var first = 0;
        for (var text = 0; text < traces.Length; text++)
        {
            var length = _round.Lengths[text];
            var rows = new Range(first, first + length);
            // Texts in a feedback round come first, so their rows are the same with and without those that have joined.
            traces[text] = _round.Rounds[text] == 0 ? new RoundTrace(null, null) : new RoundTrace(step?.Attention?[rows], step?.Kept?[rows].Average(value => (double)value));
            first += length;
        }

        return traces;
    }

    private void Release()
    {
        _anchor?.Dispose();
        _states?.Dispose();
        (_anchor, _states, _round) = (null, null, OnnxRound.Empty);
    }
}
