namespace FeedbackService.Api.Imports;

/// <summary>The hub has not what was asked for, does not answer, or answers what cannot be taken.</summary>
/// <param name="code">Stable, snake_case.</param>
/// <param name="message">For people.</param>
/// <param name="inner">What noticed it, if anything did.</param>
internal sealed class HubException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable code, snake_case.</summary>
    public string Code => code;

    /// <summary>Trying again may help.</summary>
    public bool IsPassing { get; init; }
}
