using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Inference;

/// <summary>
/// Explains a prediction by leaving out: how much less likely its best label becomes without a stretch of the text (Zeiler and Fergus 2014,
/// arXiv:1311.2901, on images; Li, Monroe and Jurafsky 2016, arXiv:1612.08220, on words). Works with every model, for it only asks it again.
/// </summary>
/// <remarks>Pure functions: whoever uses them reads and predicts the shortened texts like any others, with the options of the whole text.</remarks>
public static class Occlusion
{
    // One of each text of a pair: they are never joined.
    private const int FewestUnits = 2;

    /// <summary>
    /// The stretches to leave out, one after another: the words of what the model has read or, if there are too many, as many neighbours joined as it takes.
    /// </summary>
    /// <param name="input">The text.</param>
    /// <param name="read">How much of it was read, with spans.</param>
    /// <param name="most">Number of stretches at most, 2 or more.</param>
    /// <returns>In text order, those of the text pair last; none for a text in which nothing can be seen.</returns>
    public static IReadOnlyList<TokenSpan> Units(TextInput input, TextReading read, int most)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, FewestUnits);
        var first = Words(input.Text, read, pair: false);
        var second = Words(input.TextPair, read, pair: true);
        var size = Math.Max(1, DividedUp(first.Count + second.Count, most));
        while (DividedUp(first.Count, size) + DividedUp(second.Count, size) > most)
        {
            size++;
        }

        return [.. Joined(first, size), .. Joined(second, size)];
    }

    /// <summary>The input without a stretch. A space takes its place, so that what stands left and right of it does not become one word.</summary>
    public static TextInput Without(TextInput input, TokenSpan unit)
    {
        ArgumentNullException.ThrowIfNull(input);
        return unit.Pair
            ? input with { TextPair = Cut(input.TextPair ?? "", unit) }
            : input with { Text = Cut(input.Text, unit) };
    }

    /// <summary>The weight of a stretch: by how much the probability of the whole text's best label falls without it.</summary>
    /// <param name="whole">Prediction of the whole text.</param>
    /// <param name="without">Prediction without the stretch.</param>
    /// <returns>In [−1, 1]: positive when the stretch speaks for the label, negative when it speaks against it.</returns>
    public static float Weight(Prediction whole, Prediction without)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentNullException.ThrowIfNull(without);
        var best = 0;
        for (var label = 1; label < whole.Logits.Length; label++)
        {
            // Ties go to the first, as in the order of the answer.
            best = whole.Logits[label] > whole.Logits[best] ? label : best;
        }

        return whole.Probabilities[best] - without.Probabilities[best];
    }

    private static IReadOnlyList<TokenSpan> Words(string? text, TextReading read, bool pair)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        var words = WordSpans.Of(text, pair);
        if (!read.Truncated)
        {
            return words;
        }

        var spans = read.Spans ?? throw new ArgumentException("The text was read without spans.", nameof(read));
        var end = spans.Where(span => span.Pair == pair).Select(span => span.End).DefaultIfEmpty(0).Max();
        return [.. words.TakeWhile(word => word.Start < end)];
    }

    private static IEnumerable<TokenSpan> Joined(IReadOnlyList<TokenSpan> words, int size) =>
        words.Chunk(size).Select(group => group[0] with { End = group[^1].End });

    private static string Cut(string text, TokenSpan unit) => string.Concat(text.AsSpan(0, unit.Start), " ", text.AsSpan(unit.End));

    private static int DividedUp(int count, int size) => (count + size - 1) / size;
}
