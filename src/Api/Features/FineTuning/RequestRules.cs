using System.Text.Json;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Limits of single fields, which need neither files nor registry.</summary>
internal static class RequestRules
{
    // OpenAI's limits of metadata.
    private const int MaxPairs = 16;
    private const int MaxKey = 64;
    private const int MaxValue = 512;

    /// <summary>Checks them.</summary>
    /// <exception cref="ServiceException">400 naming the field.</exception>
    public static void Check(CreateFineTuningJobRequest request)
    {
        if (request.Seed is < 0 or > int.MaxValue)
        {
            throw ServiceException.Invalid("invalid_value", $"'seed' must be 0 to {int.MaxValue}.", "seed");
        }

        if (request.Integrations is { ValueKind: not JsonValueKind.Null } given && !(given.ValueKind == JsonValueKind.Array && given.GetArrayLength() == 0))
        {
            throw ServiceException.Invalid("invalid_value", "'integrations' are not supported; leave them out. /metrics of the job has every figure.", "integrations");
        }

        foreach (var (key, value) in request.Metadata ?? new Dictionary<string, string>())
        {
            if (request.Metadata!.Count > MaxPairs || key.Length is 0 or > MaxKey || value is null || value.Length > MaxValue)
            {
                throw ServiceException.Invalid("invalid_value", $"'metadata' takes up to {MaxPairs} pairs of strings, names to {MaxKey} characters and values to {MaxValue}.", "metadata");
            }
        }
    }
}
