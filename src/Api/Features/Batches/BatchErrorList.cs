namespace FeedbackService.Api.Features.Batches;

/// <summary>Why a batch failed as a whole, line by line.</summary>
/// <param name="Data">The reasons; of many bad lines, the first hundred.</param>
public sealed record BatchErrorList(IReadOnlyList<BatchError> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object => "list";
}

/// <summary>One reason.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Param">Key of the line or field of the request it is about.</param>
/// <param name="Line">Line of the input file, from 1; null when it is about the whole file.</param>
public sealed record BatchError(string Code, string Message, string? Param, long? Line);
