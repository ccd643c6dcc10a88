using System.Text.Json.Serialization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.HuggingFace;

/// <summary>Answers as Hugging Face's hosted text classification does.</summary>
internal static class TextClassification
{
    /// <summary>POST /models/{model}.</summary>
    public static async Task<Ok<LabelScore[][]>> HandleAsync(
        string? model, TextClassificationRequest request, ClassificationService classifications, CancellationToken cancellationToken)
    {
        if (request.Parameters?.TopK < 1)
        {
            throw ServiceException.Invalid("invalid_value", "'parameters.top_k' must be 1 or more.", "parameters.top_k");
        }

        var answers = await classifications.ClassifyAllAsync(new TextQuery(model ?? "", request.Inputs.Items, "inputs"), cancellationToken);
        // Always one row per text, for a single text too: the one shape that both official clients read.
        return TypedResults.Ok(LabelRanking.Rank(answers, request.Parameters?.FunctionToApply, request.Parameters?.TopK));
    }
}

/// <summary>Texts to classify, in Hugging Face's words. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TextClassificationRequest
{
    /// <summary>A text, a text pair, or a list of up to 1,000 of either.</summary>
    [JsonConverter(typeof(LenientInputConverter))]
    public required ClassifyInput Inputs { get; init; }

    /// <summary>How to answer. Absent: all labels, with the scores the model was trained for.</summary>
    public TextClassificationParameters? Parameters { get; init; }
}

/// <summary>How to answer. Unknown keys mean nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TextClassificationParameters
{
    /// <summary>Labels of each text, best first, 1 or more. Absent: all.</summary>
    public int? TopK { get; init; }

    /// <summary>How logits become scores. Absent: softmax for models with one label per text, sigmoid for those with several.</summary>
    [JsonConverter(typeof(WordConverter<ScoreFunction>))]
    public ScoreFunction? FunctionToApply { get; init; }
}
