namespace FeedbackService.Api.Serving.Requests;

/// <summary>What is applied to the calibrated logits when the model's own function is not wanted.</summary>
public enum ScoreFunction
{
    /// <summary>The labels share a probability of 1.</summary>
    Softmax,

    /// <summary>Each label has a probability of its own.</summary>
    Sigmoid,

    /// <summary>Nothing: the logits, uncalibrated.</summary>
    None,
}
