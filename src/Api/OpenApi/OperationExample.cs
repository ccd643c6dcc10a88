namespace FeedbackService.Api.OpenApi;

/// <summary>A filled-in example of a request body (status 0) or of an answer.</summary>
/// <param name="Status">Status of the answer, or 0.</param>
/// <param name="Json">The example.</param>
internal sealed record OperationExample(int Status, string Json);
