namespace FeedbackService.Api.Serving.Requests;

/// <summary>
/// How an answer is explained: by the tokens the last feedback round attended to, or by how much the best label's probability falls without each word (up to
/// 32 texts a request). Absent: <c>feedback_attention</c> where the model has attention feedback, else <c>occlusion</c>, and for
/// more texts the trace alone.
/// </summary>
public enum ExplainMethod
{
    /// <summary>Attention of the last feedback round over the tokens. Costs nothing more; only of models with attention feedback.</summary>
    FeedbackAttention,

    /// <summary>By how much the best label's probability falls when a word is left out. Of every model; reads the text once more per word.</summary>
    Occlusion,
}
