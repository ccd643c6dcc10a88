using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>A line of the input, taken apart: a request, a request that is refused, or no request at all.</summary>
/// <param name="Number">Line of the file, from 1.</param>
/// <param name="CustomId">Name that the caller gave it; null when it has none that can be read.</param>
internal sealed record BatchLine(long Number, string? CustomId)
{
    /// <summary>What is asked; null when it is refused or there is none.</summary>
    public ClassifyRequest? Request { get; init; }

    /// <summary>Why the route would refuse the body; null unless it would.</summary>
    public Problem? Refusal { get; init; }

    /// <summary>Why the line is no request; null unless it is none.</summary>
    public BatchFault? Fault { get; init; }
}
