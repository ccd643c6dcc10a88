using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Texts on their way through a plain classifier, which has one round.</summary>
/// <param name="classifier">The whole graph.</param>
/// <param name="crew">Who computes it.</param>
internal sealed class OnnxPlainRun(OnnxGraphSession classifier, OnnxCrew crew) : IClassifierRun
{
    private PackedTokens? _joining;
    private int _computed;

    /// <inheritdoc/>
    public int ActiveCount => _computed + (_joining?.Count ?? 0);

    /// <inheritdoc/>
    public void Add(PackedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        _joining = _joining is null ? tokens : _joining.Then(tokens);
    }

    /// <inheritdoc/>
    public RoundOutput Advance(bool withTrace = false)
    {
        if (_computed > 0)
        {
            throw new InvalidOperationException("A text has taken the one round of the classifier.");
        }

        if (_joining is null)
        {
            return new RoundOutput([], [], withTrace ? [] : null);
        }

        var (texts, logits) = (_joining, new float[_joining.Count][]);
        crew.Compute(texts.Lengths, (group, threads) =>
        {
            using var batch = OnnxBatch.Of(texts.Select(group));
            using var found = classifier.Run(batch.Inputs, threads, "logits")[0];
            foreach (var (text, own) in group.Zip(OnnxRows.ToArrays(found)))
            {
                logits[text] = own;
            }
        });

        (_computed, _joining) = (_joining.Count, null);
        return new RoundOutput(new int[_computed], logits, withTrace ? [.. Enumerable.Repeat(new RoundTrace(null, null), _computed)] : null);
    }

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<int> rows)
    {
        var (ofComputed, ofJoining) = ClassifierRows.Split(rows, _computed, ActiveCount);
        _computed = ofComputed.Length;
        _joining = ofJoining.Length == 0 ? null : _joining!.Select(ofJoining);
    }

    /// <inheritdoc/>
    public void Dispose() => (_computed, _joining) = (0, null);
}
