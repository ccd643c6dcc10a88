namespace FeedbackService.Api.Features.Registry;

/// <summary>Why an import failed.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What went wrong and what to do.</param>
/// <param name="Param">Field of the request it is about.</param>
public sealed record RegistryImportError(string Code, string Message, string? Param);
