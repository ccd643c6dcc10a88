using System.Text.Json.Serialization;
using FeedbackService.Api.Http;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>What to classify, by which model, and how much to tell of it.</summary>
public sealed record ClassifyRequest
{
    /// <summary>A model address: <c>name</c>, <c>name:3</c>, <c>name@alias</c> or a checkpoint <c>ftjob-…:step-2000</c>.</summary>
    public required string Model { get; init; }

    /// <summary>A text, a text pair, or a list of up to 1,000 of either.</summary>
    public required ClassifyInput Input { get; init; }

    /// <summary>Number of labels in <c>scores</c>, best first, 1 or more. Absent: all.</summary>
    public int? TopK { get; init; }

    /// <summary>Probability from which a label is given, 0 to 1. One label: below it the answer abstains. Several labels: replaces the version's own thresholds.</summary>
    public double? Threshold { get; init; }

    /// <summary>Feedback rounds at most; 0 is the plain pass. Absent: as trained.</summary>
    public int? MaxRounds { get; init; }

    /// <summary>Stop when the calibrated top probability reaches this, over 0 up to 1. Absent: all rounds.</summary>
    public double? ExitThreshold { get; init; }

    /// <summary>
    /// Stop when two successive rounds give the same label and their calibrated probabilities differ by less than this in sum, over 0 up
    /// to 2. With <c>exit_threshold</c>, either is enough. Absent: all rounds.
    /// </summary>
    public double? ExitChange { get; init; }

    /// <summary>Report every round and what parts of the text carried weight.</summary>
    public bool Explain { get; init; }

    /// <summary>With <c>explain</c>: by which method. Absent: attention where the model has attention feedback, else occlusion.</summary>
    [JsonConverter(typeof(WordConverter<ExplainMethod>))]
    public ExplainMethod? ExplainMethod { get; init; }

    /// <summary>Cut texts over the model's limit (default) or refuse them.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Give logits instead of probabilities.</summary>
    public bool RawScores { get; init; }
}
