using System.Text.Json;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>How a request wants to train.</summary>
/// <param name="Method">One method.</param>
/// <param name="Options">Its options as they were written; undefined for none.</param>
/// <param name="Path">Where they stood.</param>
internal sealed record AskedMethod(TrainingMethods Method, JsonElement Options, string Path);
