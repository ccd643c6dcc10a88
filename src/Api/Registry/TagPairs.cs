using System.Linq.Expressions;
using System.Text.Json;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Registry;

/// <summary>Tags of models and versions: string pairs, stored as one JSON object. Limits of keys and values as MLflow has them.</summary>
internal static class TagPairs
{
    /// <summary>Longest key, characters.</summary>
    public const int MaxKey = 250;

    /// <summary>Longest value, characters.</summary>
    public const int MaxValue = 5000;

    /// <summary>Most pairs of one model or version.</summary>
    public const int MaxPairs = 100;

    /// <summary>From what is stored.</summary>
    public static SortedDictionary<string, string> Read(string json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [], StringComparer.Ordinal);

    /// <summary>What is stored after a change.</summary>
    /// <param name="json">What is stored now.</param>
    /// <param name="changes">New values; null takes the pair away. What is not named stays.</param>
    /// <exception cref="ServiceException">400 when a key or value is too long or there are too many.</exception>
    public static string Merge(string json, IReadOnlyDictionary<string, string?> changes)
    {
        var pairs = Read(json);
        foreach (var (key, value) in changes)
        {
            if (key.Length is 0 or > MaxKey || value?.Length > MaxValue)
            {
                throw ServiceException.Invalid("invalid_value", $"'tags' takes keys of 1 to {MaxKey} characters and values to {MaxValue}.", "tags");
            }
            if (value is null)
            {
                pairs.Remove(key);
            }
            else
            {
                pairs[key] = value;
            }
        }
        return pairs.Count <= MaxPairs
            ? JsonSerializer.Serialize(pairs)
            : throw ServiceException.Invalid("invalid_value", $"'tags' would have {pairs.Count} pairs; {MaxPairs} are the most.", "tags");
    }

    /// <summary>Rows that have all the pairs.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="tagsJson">Their tags.</param>
    /// <param name="wanted">The pairs.</param>
    public static IQueryable<T> Where<T>(IQueryable<T> rows, Expression<Func<T, string>> tagsJson, IReadOnlyDictionary<string, string> wanted)
    {
        var contains = typeof(string).GetMethod(nameof(string.Contains), [typeof(string)])!;
        foreach (var (key, value) in wanted)
        {
            // The serialiser escapes quotes inside strings, so this text can only be the pair itself.
            var pair = Expression.Constant($"{JsonSerializer.Serialize(key)}:{JsonSerializer.Serialize(value)}");
            rows = rows.Where(Expression.Lambda<Func<T, bool>>(Expression.Call(tagsJson.Body, contains, pair), tagsJson.Parameters));
        }
        return rows;
    }
}
