using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Explains answers by asking the same model again without one stretch of the text after another, all of a request in one go.</summary>
/// <remarks>
/// Bounded so that an explained request costs about as much as the largest one without explanation: at most <see cref="MaxTexts"/> texts,
/// <see cref="MaxUnits"/> shortened texts and <see cref="MaxCharacters"/> characters in them. What would go beyond has neighbouring words joined.
/// </remarks>
internal sealed class OcclusionExplainer(IClassificationEngine engine)
{
    /// <summary>Name of the method on the wire.</summary>
    public const string Method = "occlusion";

    /// <summary>Most texts of a request that can be explained so.</summary>
    public const int MaxTexts = 32;

    /// <summary>Most stretches that are left out of one text.</summary>
    public const int MaxUnitsPerText = 256;

    /// <summary>Most stretches that are left out of all texts of a request.</summary>
    public const int MaxUnits = 1024;

    // A space in place of each stretch: about as long as the text itself.
    private const long MaxCharacters = 4L << 20;
    private const int FewestUnits = 2;

    /// <summary>Upper bound of the texts that are read for a request, explanations included, before the model is known.</summary>
    public static int TextsOf(ClassifyRequest request)
    {
        var texts = request.Input.Items.Count;
        return request.Explain && request.ExplainMethod != ExplainMethod.FeedbackAttention && texts <= MaxTexts
            ? texts + Math.Min(texts * MaxUnitsPerText, MaxUnits)
            : texts;
    }

    /// <summary>Explains answers.</summary>
    /// <param name="model">That gave them.</param>
    /// <param name="inputs">The texts, at most <see cref="MaxTexts"/>.</param>
    /// <param name="answers">One per text, with spans.</param>
    /// <param name="options">As for the whole texts.</param>
    /// <param name="priority">Whether somebody waits.</param>
    /// <param name="cancellationToken">Gone callers are not computed for.</param>
    /// <returns>One explanation per text, null for one without a prediction, and the tokens read for all of them.</returns>
    public async Task<(IReadOnlyList<Explanation?> Explanations, int Tokens)> ExplainAsync(
        ServableModel model,
        IReadOnlyList<TextInput> inputs,
        IReadOnlyList<ClassifiedText> answers,
        PredictionOptions options,
        WorkPriority priority,
        CancellationToken cancellationToken)
    {
        var units = inputs.Zip(answers, (input, answer) => answer.Prediction is null ? [] : Occlusion.Units(input, answer.Reading, Most(input, inputs.Count))).ToArray();
        TextInput[] shortened = [.. inputs.Zip(units).SelectMany(text => text.Second.Select(unit => Occlusion.Without(text.First, unit)))];
        IReadOnlyList<ClassifiedText> again = shortened.Length == 0
            ? []
            : (await engine.ClassifyAsync(model, shortened, options with { WithTrace = false }, truncate: true, priority, cancellationToken)).Items;

        var rest = new Queue<ClassifiedText>(again);
        var explanations = inputs.Select((input, text) => answers[text].Prediction is { } whole
            ? new Explanation(Method, Weigh(input, whole, units[text], [.. units[text].Select(_ => rest.Dequeue())]))
            : null);
        return ([.. explanations], again.Sum(item => item.Reading.Length));
    }

    private static int Most(TextInput input, int texts)
    {
        var length = Math.Max(1, input.Text.Length + (input.TextPair?.Length ?? 0));
        var affordable = (int)Math.Min(MaxCharacters / texts / length, MaxUnits / texts);
        return Math.Clamp(affordable, FewestUnits, MaxUnitsPerText);
    }

    private static TokenWeight[] Weigh(TextInput input, Prediction whole, IReadOnlyList<TokenSpan> units, ClassifiedText[] without) =>
    [
        .. units.Select((unit, place) => TokenWeight.Of(input, unit, Occlusion.Weight(whole, without[place].Prediction!)))
            .OrderByDescending(weight => Math.Abs(weight.Weight)),
    ];
}
