namespace FeedbackService.Api.Serving.Requests;

/// <summary>The answer to a classification request.</summary>
/// <param name="Id"><c>cls_…</c>.</param>
/// <param name="Object">Always <c>classification</c>.</param>
/// <param name="Model">The resolved <c>name:version</c>.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Data">One per text, in the order asked.</param>
/// <param name="Usage">What was read.</param>
public sealed record ClassificationResponse(
    string Id,
    string Object,
    string Model,
    long CreatedAt,
    IReadOnlyList<ClassificationItem> Data,
    ClassificationUsage Usage);

/// <summary>What a request cost.</summary>
/// <param name="Texts">Texts classified.</param>
/// <param name="Tokens">Tokens read, special tokens and shortened texts of explanations included.</param>
public sealed record ClassificationUsage(int Texts, int Tokens);
