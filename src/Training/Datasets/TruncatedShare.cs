using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>How many texts a limit of tokens would cut.</summary>
/// <param name="MaxTokens">The limit.</param>
/// <param name="Share">Share of the usable texts, in [0, 1], by an estimate of word pieces from the letters of each text.</param>
public sealed record TruncatedShare(
    [property: JsonPropertyName("max_tokens")] int MaxTokens,
    [property: JsonPropertyName("share")] double Share);
