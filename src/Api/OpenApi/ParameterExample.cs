namespace FeedbackService.Api.OpenApi;

/// <summary>An example value of a path or query parameter.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Value">The example.</param>
internal sealed record ParameterExample(string Name, string Value);
