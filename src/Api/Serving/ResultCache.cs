using BitFaster.Caching.Lru;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>
/// The predictions of texts asked for lately, off unless <see cref="ServingOptions.CachedTexts"/> says how many. A text asked for once, as in a
/// large batch, does not push out those asked for again and again. Nothing has to be removed: artifacts never change, and those of deleted versions
/// are not asked for any more. Answers with a trace are not kept: they are large, and asked for by people who look at one text. Thread-safe.
/// </summary>
internal sealed class ResultCache
{
    // The three queues of the cache need a place each.
    private const int FewestTexts = 3;
    private readonly ConcurrentLru<ResultKey, KeptResult>? _kept;

    /// <summary>Makes room.</summary>
    public ResultCache(ServingOptions options) => _kept = options.CachedTexts > 0 ? new ConcurrentLru<ResultKey, KeptResult>(Math.Max(FewestTexts, options.CachedTexts)) : null;

    /// <summary>Texts kept now.</summary>
    public int Count => _kept?.Count ?? 0;

    /// <summary>Looks up the texts of a request.</summary>
    /// <returns>What is known of them; null where nothing is kept on such terms.</returns>
    public ResultLookup? Find(TextTerms terms, IReadOnlyList<TextInput> inputs)
    {
        if (_kept is null || terms.Options.WithTrace)
        {
            return null;
        }

        var keys = ResultKey.Of(terms, inputs);
        return new ResultLookup(this, keys, [.. keys.Select(key => _kept.TryGet(key, out var known) ? known : null)]);
    }

    /// <summary>Keeps an answer.</summary>
    public void Keep(ResultKey key, KeptResult result) => _kept?.AddOrUpdate(key, result);
}
