using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Limits of single fields, which need neither files nor registry.</summary>
internal static class RequestRules
{
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

        MetadataRules.Check(request.Metadata);
    }
}
