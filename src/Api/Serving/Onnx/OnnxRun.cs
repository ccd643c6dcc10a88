using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Texts on their way through the rounds of a classifier with feedback. Between rounds each text holds its own states, so that in the next one it may be computed with any others.</summary>
/// <param name="segments">The graphs.</param>
/// <param name="maxRounds">K.</param>
/// <param name="crew">Who computes them.</param>
internal sealed class OnnxRun(OnnxSegments segments, int maxRounds, OnnxCrew crew) : IClassifierRun
{
    // Computed texts come first, then those that have joined since.
    private List<OnnxText> _computed = [];
    private PackedTokens? _joining;

    /// <inheritdoc/>
    public int ActiveCount => _computed.Count + (_joining?.Count ?? 0);

    /// <inheritdoc/>
    public void Add(PackedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        _joining = _joining is null ? tokens : _joining.Then(tokens);
    }

    /// <inheritdoc/>
    public RoundOutput Advance(bool withTrace = false)
    {
        if (_computed.Exists(text => text.Round >= maxRounds))
        {
            throw new InvalidOperationException($"A text has taken all {maxRounds + 1} rounds of the classifier.");
        }

        var advanced = new OnnxText[ActiveCount];
        var traces = withTrace ? new RoundTrace[ActiveCount] : null;
        crew.Compute([.. _computed.Select(text => text.Length), .. _joining?.Lengths ?? []], (group, threads) => Advance(group, threads, advanced, traces));

        _computed.ForEach(text => text.Dispose());
        (_computed, _joining) = ([.. advanced], null);
        return new RoundOutput([.. advanced.Select(text => text.Round)], [.. advanced.Select(text => text.Logits)], traces);
    }

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<int> rows)
    {
        var (ofComputed, ofJoining) = ClassifierRows.Split(rows, _computed.Count, ActiveCount);
        var kept = ofComputed.Select(text => _computed[text]).ToList();
        foreach (var settled in _computed.Except(kept))
        {
            settled.Dispose();
        }

        _computed = kept;
        _joining = ofJoining.Length == 0 ? null : _joining!.Select(ofJoining);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _computed.ForEach(text => text.Dispose());
        (_computed, _joining) = ([], null);
    }

    // One round of some of the texts: indices ascend, so that those in a feedback round come before those in their plain pass.
    private void Advance(int[] group, OnnxThreads threads, OnnxText[] advanced, RoundTrace[]? traces)
    {
        var before = group.Where(text => text < _computed.Count).Select(text => _computed[text]).ToList();
        var step = before.Count == 0 ? null : segments.FeedBack(before, traces is not null, threads);
        using var fed = step?.Input;
        using var begun = before.Count == group.Length ? null : segments.Begin(_joining!.Select([.. group.Skip(before.Count).Select(text => text - _computed.Count)]), threads);
        using var joined = fed is null || begun is null ? null : OnnxRows.Join(fed, begun);
        using var batch = new OnnxBatch([.. before.Select(text => text.Length), .. group.Skip(before.Count).Select(text => _joining!.Lengths[text - _computed.Count])]);
        var (states, logits) = segments.End(batch, joined ?? fed ?? begun!, threads);
        using (states)
        using (logits)
        {
            // Rows of texts that have begun come behind all rows of feedback rounds.
            var (answers, first, rowsBefore) = (OnnxRows.ToArrays(logits), 0, before.Sum(text => text.Length));
            for (var i = 0; i < group.Length; i++)
            {
                var former = i < before.Count ? before[i] : null;
                var anchor = former is null ? OnnxRows.Slice(begun!, first - rowsBefore, batch.Lengths[i]) : former.Anchor;
                advanced[group[i]] = After(former, answers[i], anchor, OnnxRows.Slice(states, first, batch.Lengths[i]), batch.Lengths[i]);
                if (traces is not null)
                {
                    traces[group[i]] = Trace(former is null ? null : step, first..(first + batch.Lengths[i]));
                }

                first += batch.Lengths[i];
            }
        }
    }

    // A text after its round; after the last it need hold nothing.
    private OnnxText After(OnnxText? former, float[] logits, ReadOnlySpan<float> anchor, ReadOnlySpan<float> states, int length)
    {
        var text = new OnnxText(length, former is null ? 0 : former.Round + 1, logits);
        if (text.Round < maxRounds)
        {
            text.Hold(anchor, states);
        }

        return text;
    }

    private static RoundTrace Trace(OnnxFeedback? step, Range rows) => new(step?.Attention?[rows], step?.Kept?[rows].Average(value => (double)value));
}
