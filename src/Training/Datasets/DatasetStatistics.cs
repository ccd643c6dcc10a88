using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>What the texts of a data set are like; for estimates and defaults.</summary>
/// <param name="MeanCharacters">Mean length in UTF-16 code units; 0 without a row.</param>
/// <param name="MaxCharacters">Largest length.</param>
/// <param name="CjkShare">Share of the letters that are Chinese, Japanese or Korean, in [0, 1]; such texts have about one token per letter.</param>
public sealed record DatasetStatistics(
    [property: JsonPropertyName("mean_characters")] double MeanCharacters,
    [property: JsonPropertyName("max_characters")] long MaxCharacters,
    [property: JsonPropertyName("cjk_share")] double CjkShare);
