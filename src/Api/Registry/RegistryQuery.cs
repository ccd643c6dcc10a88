namespace FeedbackService.Api.Registry;

/// <summary>Which models or versions a list shows.</summary>
/// <param name="Limit">Rows of a page.</param>
internal sealed record RegistryQuery(int Limit)
{
    /// <summary>Pairs each must have. Default none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Turns the order round. Default newest first.</summary>
    public bool OldestFirst { get; init; }
}
