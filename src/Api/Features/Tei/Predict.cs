using System.Diagnostics;
using System.Text.Json.Serialization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;
using static TorchSharp.torch;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Classifies in TEI's grammar.</summary>
internal static class Predict
{
    /// <summary>POST /predict.</summary>
    public static async Task<Ok<PredictAnswer>> HandleAsync(
        string? model,
        PredictRequest request,
        HttpResponse response,
        ClassificationService classifications,
        ModelRegistry registry,
        Device device,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var query = new TextQuery(await TeiModel.AddressAsync(model, registry, cancellationToken), request.Inputs.Items, "inputs")
        {
            Truncate = request.Truncate ?? true,
        };
        var answers = await classifications.ClassifyAllAsync(query, cancellationToken);
        if (request.TruncationDirection == TruncationDirection.Left && answers.Items.Any(item => item.Reading.Truncated))
        {
            throw ServiceException.Unusable(
                "truncation_direction_unsupported",
                "A text has to be cut, and the beginning cannot be: texts are cut at their end. Shorten it, or leave 'truncation_direction' out.",
                "truncation_direction");
        }

        ComputeHeaders.Write(response.Headers, query.Inputs, answers, device, Stopwatch.GetElapsedTime(started));
        var rows = LabelRanking.Rank(answers, request.RawScores == true ? ScoreFunction.None : null, topK: null);
        return TypedResults.Ok(new PredictAnswer(rows, request.Inputs.IsBatch));
    }
}

/// <summary>Texts to classify, in TEI's words. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record PredictRequest
{
    /// <summary>A text; a list of one text, or of two that are one pair; or a list of up to 1,000 such lists.</summary>
    public required PredictInputs Inputs { get; init; }

    /// <summary>Cut texts over the model's limit, or refuse them. Absent: cut.</summary>
    public bool? Truncate { get; init; }

    /// <summary>Where texts are cut. Only the end can be: <c>left</c> is refused when a text has to be cut.</summary>
    [JsonConverter(typeof(WordConverter<TruncationDirection>))]
    public TruncationDirection? TruncationDirection { get; init; }

    /// <summary>Give logits instead of probabilities. Absent: probabilities.</summary>
    public bool? RawScores { get; init; }
}

/// <summary>Which end of a text is cut off.</summary>
public enum TruncationDirection
{
    /// <summary>The end.</summary>
    Right,

    /// <summary>The beginning.</summary>
    Left,
}
