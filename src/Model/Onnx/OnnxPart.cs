namespace FeedbackService.Model.Onnx;

/// <summary>What a graph computes. B texts of up to T tokens, L labels, H features; shapes are those of <see cref="OnnxLayout.Padded"/>.</summary>
public enum OnnxPart
{
    /// <summary>
    /// The whole classifier, all rounds: from <c>input_ids</c> and <c>attention_mask</c> ([B, T] int64), and <c>token_type_ids</c> ([B, T] int64) or <c>token_weights</c> ([B, T] float) where the
    /// encoder reads them, to the logits of every round, <c>logits_0</c> …, and <c>logits</c> of the last ([B, L] float each).
    /// </summary>
    Classifier,

    /// <summary>From the same inputs to the output of the re-entry layer, <c>anchor</c> ([B, T, H] float).</summary>
    Beginning,

    /// <summary>From the <c>input</c> of the layers after the re-entry layer ([B, T, H] float) and <c>attention_mask</c> to <c>states</c> ([B, T, H] float) and <c>logits</c> ([B, L] float).</summary>
    Ending,

    /// <summary>
    /// From <c>previous_logits</c> ([B, L] float), <c>states</c> and <c>anchor</c> ([B, T, H] float), <c>round</c> (the round of each text, 1 … K, [B] int64) and <c>attention_mask</c> to the <c>input</c> of
    /// that round ([B, T, H] float), and where there is one the weight of each token in the feedback's <c>attention</c> and the share of its old state that the fusion has <c>kept</c> ([B, T] float).
    /// </summary>
    Feedback,
}
