using System.Text.Json;
using FeedbackService.Api.Events;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Something about the data of a training that may explain a bad result, or a good one that is not true.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What was found and what to do.</param>
public sealed record TrainingWarning(string Code, string Message)
{
    /// <summary>As a line of the job's log.</summary>
    internal JobEvent ToEvent() => JobEvent.Warning(Message) with { DataJson = JsonSerializer.Serialize(new { Code }, ApiJson.Options) };
}
