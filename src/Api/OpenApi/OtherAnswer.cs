namespace FeedbackService.Api.OpenApi;

/// <summary>A second shape of the answer with status 200.</summary>
/// <param name="Name">Name of its example.</param>
/// <param name="Type">What it is.</param>
/// <param name="Json">The example.</param>
internal sealed record OtherAnswer(string Name, Type Type, string Json);
