using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>A text on its terms: what is equal while it is under way is computed once.</summary>
/// <param name="Hash">Of the other two, computed once: a text may be long.</param>
/// <param name="Input">The text.</param>
/// <param name="Terms">What is asked of which artifact.</param>
internal readonly record struct TextKey(int Hash, TextInput Input, TextTerms Terms)
{
    /// <summary>Those of a request, in its order.</summary>
    public static TextKey[] Of(TextTerms terms, IReadOnlyList<TextInput> inputs)
    {
        var hash = terms.GetHashCode();
        return [.. inputs.Select(input => new TextKey(HashCode.Combine(hash, input), input, terms))];
    }

    /// <inheritdoc/>
    public override int GetHashCode() => Hash;
}
