using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>The <c>parameters</c> of a request or of one of its outputs: bool, long, double or string by name. Unknown ones mean nothing.</summary>
/// <param name="values">By name.</param>
/// <param name="place">Path of the object they stand in, for refusals.</param>
internal sealed class InferenceParameters(IReadOnlyDictionary<string, object> values, string place)
{
    /// <summary>A bool, or null when it is not given.</summary>
    /// <exception cref="ServiceException">400 for any other type.</exception>
    public bool? Flag(string name) => values.TryGetValue(name, out var value)
        ? value as bool? ?? throw Wrong(name, "true or false")
        : null;

    /// <summary>A whole number, or null when it is not given; what is more than an int holds is cut to that.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="least">Smallest allowed.</param>
    /// <exception cref="ServiceException">400 for any other type, or a smaller number.</exception>
    public int? Count(string name, int least) => values.TryGetValue(name, out var value)
        ? value is long number && number >= least ? (int)Math.Min(number, int.MaxValue) : throw Wrong(name, $"a whole number from {least}")
        : null;

    private ServiceException Wrong(string name, string expected) =>
        ServiceException.Invalid("invalid_value", $"'{place}.{name}' must be {expected}.", $"{place}.{name}");
}
