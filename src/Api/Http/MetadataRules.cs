using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Http;

/// <summary>OpenAI's limits of the pairs that callers may attach to what they make.</summary>
internal static class MetadataRules
{
    private const int MaxPairs = 16;
    private const int MaxKey = 64;
    private const int MaxValue = 512;

    /// <summary>Checks them.</summary>
    /// <param name="metadata">Null when there are none.</param>
    /// <exception cref="ServiceException">400 naming the field.</exception>
    public static void Check(IReadOnlyDictionary<string, string>? metadata)
    {
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
        {
            if (metadata!.Count > MaxPairs || key.Length is 0 or > MaxKey || value is null || value.Length > MaxValue)
            {
                throw ServiceException.Invalid("invalid_value", $"'metadata' takes up to {MaxPairs} pairs of strings, names to {MaxKey} characters and values to {MaxValue}.", "metadata");
            }
        }
    }
}
