using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>What is known of a request's texts.</summary>
internal sealed class ResultLookup(ResultCache cache, ResultKey[] keys, KeptResult?[] known)
{
    private readonly int[] _unknown = [.. Enumerable.Range(0, keys.Length).Where(text => known[text] is null)];

    /// <summary>Texts that have to be classified.</summary>
    public int Misses => _unknown.Length;

    /// <summary>Texts whose answers are known.</summary>
    public int Hits => keys.Length - _unknown.Length;

    /// <summary>Those of the texts that have to be classified, in order.</summary>
    public IReadOnlyList<TextInput> Unknown(IReadOnlyList<TextInput> inputs) => Hits == 0 ? inputs : [.. _unknown.Select(text => inputs[text])];

    /// <summary>The answers, when all are known.</summary>
    /// <param name="address">The model asked.</param>
    public ClassifiedTexts Complete(string address) => new(address, known[0]!.Config, known[0]!.Calibration, [.. known.Select(result => result!.Answer)]);

    /// <summary>Keeps what has been classified and puts all answers together.</summary>
    /// <param name="classified">The answers of <see cref="Unknown"/>.</param>
    public ClassifiedTexts Complete(ClassifiedTexts classified)
    {
        foreach (var (place, text) in _unknown.Index())
        {
            known[text] = new KeptResult(classified.Items[place], classified.Config, classified.Calibration);
            cache.Keep(keys[text], known[text]!);
        }

        return Hits == 0 ? classified : classified with { Items = [.. known.Select(result => result!.Answer)] };
    }
}
