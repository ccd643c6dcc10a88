namespace FeedbackService.Api.OpenApi;

/// <summary>One part of a multipart request, as documented.</summary>
/// <param name="Name">Name of the part.</param>
/// <param name="Description">What it is.</param>
/// <param name="Example">What Swagger fills in; null for files and what may be left out.</param>
/// <param name="IsFile">The part is a file.</param>
/// <param name="IsMany">The part is repeated.</param>
/// <param name="IsRequired">The part must be there.</param>
/// <param name="Values">The values allowed; null for any.</param>
internal sealed record FormField(string Name, string Description, string? Example = null, bool IsFile = false, bool IsMany = false, bool IsRequired = false, params string[]? Values);
