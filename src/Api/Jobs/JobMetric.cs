namespace FeedbackService.Api.Jobs;

/// <summary>One point of a training's series.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Kind">step or evaluation.</param>
/// <param name="ValuesJson">The figures.</param>
internal sealed record JobMetric(int Step, string Kind, string ValuesJson);
