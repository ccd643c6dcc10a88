namespace FeedbackService.Model.HuggingFace;

/// <summary>How a tensor of ours comes from those of a checkpoint.</summary>
internal enum WeightForm
{
    /// <summary>It is the one.</summary>
    Same,

    /// <summary>It is the one, transposed: GPT-2 keeps its maps as inputs × outputs.</summary>
    Transposed,

    /// <summary>It is all of them, one below the other: query, key and value are one map of ours.</summary>
    Stacked,
}
