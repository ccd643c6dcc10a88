using System.Text.Json.Serialization;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>What became of one text of a request: an answer or, in a list, its own error.</summary>
/// <param name="Index">Place in the request.</param>
[JsonDerivedType(typeof(AnsweredItem))]
[JsonDerivedType(typeof(RefusedItem))]
public abstract record ClassificationItem([property: JsonPropertyOrder(-1)] int Index);

/// <summary>A text of a list that cannot be classified; the others are not held up by it.</summary>
/// <param name="Index">Place in the request.</param>
/// <param name="Error">Why.</param>
public sealed record RefusedItem(int Index, ItemError Error) : ClassificationItem(Index);

/// <summary>Why one text has no answer.</summary>
/// <param name="Code">Stable: <c>text_empty</c> or <c>text_too_long</c>.</param>
/// <param name="Message">What to do.</param>
public sealed record ItemError(string Code, string Message);

/// <summary>The answer for one text.</summary>
/// <param name="Index">Place in the request.</param>
public sealed record AnsweredItem(int Index) : ClassificationItem(Index)
{
    /// <summary>The best label; null when a single-label answer abstains.</summary>
    public required string? Label { get; init; }

    /// <summary>Score of the best label, also when the answer abstains.</summary>
    public required float Score { get; init; }

    /// <summary>Graded models: the grade as a number in the labels' unit, between the lowest and the highest label and mostly between two of them; also when the answer abstains.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Grade { get; init; }

    /// <summary>Multi-label models: every label at or over its threshold, best first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>All labels or the asked number, best first; ties in label order.</summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>True when no label reached the threshold.</summary>
    public required bool Abstained { get; init; }

    /// <summary>Feedback rounds taken; 0 is the plain pass.</summary>
    public required int Rounds { get; init; }

    /// <summary>Why no further round was taken: settled, max_rounds or none.</summary>
    public required string Exit { get; init; }

    /// <summary>Tokens read.</summary>
    public required int Tokens { get; init; }

    /// <summary>True when the text was cut.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Every round, when <c>explain</c> was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RoundReport>? Trace { get; init; }

    /// <summary>What carried weight, when <c>explain</c> was asked for; absent by <c>feedback_attention</c> when no feedback round was taken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Explanation? Explanation { get; init; }
}

/// <summary>A label with its score.</summary>
/// <param name="Label">Name of the label.</param>
/// <param name="Score">Calibrated probability, or the logit when raw scores were asked for.</param>
public sealed record LabelScore(string Label, float Score);

/// <summary>One round on the way to an answer.</summary>
/// <param name="Round">0 is the plain pass.</param>
/// <param name="Scores">Best first.</param>
/// <param name="Entropy">Of the calibrated probabilities, in nats.</param>
/// <param name="Attention">Weight of each token; absent without attention feedback and in round 0.</param>
/// <param name="GateMean">Share of the old state that the fusion kept; absent without a gate and in round 0.</param>
/// <param name="Sweeps">Sweeps that the encoder took to solve for its states; absent for encoders that do not solve.</param>
/// <param name="Residual">Largest change of a feature of the text in the last sweep; absent likewise.</param>
/// <param name="Kappa">Bound on how much of an error a sweep leaves; absent likewise.</param>
public sealed record RoundReport(
    int Round,
    IReadOnlyList<LabelScore> Scores,
    double Entropy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<float>? Attention,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? GateMean,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Sweeps,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Residual,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Kappa);

/// <summary>Which parts of the text carried weight.</summary>
/// <param name="Method"><c>feedback_attention</c> or <c>occlusion</c>.</param>
/// <param name="Tokens">Heaviest first whatever the sign: by attention tokens without the special ones, by occlusion words, ideographs and punctuation, joined with neighbours in long texts.</param>
public sealed record Explanation(string Method, IReadOnlyList<TokenWeight> Tokens);

/// <summary>The weight of a stretch of the text.</summary>
/// <param name="Text">The stretch itself.</param>
/// <param name="Start">First UTF-16 code unit in the text or, with <paramref name="Pair"/>, in the text pair.</param>
/// <param name="End">One past the last code unit.</param>
/// <param name="Weight">Attention of the last feedback round, in [0, 1]; or by how much the best label's probability falls without the stretch, in [-1, 1].</param>
/// <param name="Pair">True when the stretch is part of the text pair.</param>
public sealed record TokenWeight(
    string Text,
    int Start,
    int End,
    float Weight,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Pair)
{
    /// <summary>The weight of a stretch of an input.</summary>
    internal static TokenWeight Of(TextInput input, TokenSpan span, float weight) =>
        new((span.Pair ? input.TextPair! : input.Text)[span.Start..span.End], span.Start, span.End, weight, span.Pair);
}
