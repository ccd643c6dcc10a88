namespace FeedbackService.Api.Jobs.Batches;

/// <summary>Why a line is no request, or a file no batch.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Param">Key of the line it is about; null if none.</param>
/// <param name="Line">Line of the input file, from 1; null when it is about the whole file.</param>
public sealed record BatchFault(string Code, string Message, string? Param = null, long? Line = null);
