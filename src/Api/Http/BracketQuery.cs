using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Http;

/// <summary>Filters of the form <c>name[key]=value</c>.</summary>
internal static class BracketQuery
{
    /// <summary>The pairs asked for; empty for none.</summary>
    /// <param name="query">Of the request.</param>
    /// <param name="name">What stands before the bracket.</param>
    /// <exception cref="ServiceException">400 when a key is given twice.</exception>
    public static IReadOnlyDictionary<string, string> Pairs(IQueryCollection query, string name)
    {
        var prefix = name + "[";
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (parameter, values) in query)
        {
            if (parameter.StartsWith(prefix, StringComparison.Ordinal) && parameter.EndsWith(']'))
            {
                pairs[parameter[prefix.Length..^1]] = values is [{ } value]
                    ? value
                    : throw ServiceException.Invalid("invalid_value", $"'{parameter}' must be given once.", parameter);
            }
        }

        return pairs;
    }
}
