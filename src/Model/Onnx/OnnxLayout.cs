namespace FeedbackService.Model.Onnx;

/// <summary>How the texts of a batch lie in a graph. B texts of up to T tokens, N tokens over all of them.</summary>
public enum OnnxLayout
{
    /// <summary>[B, T, …], padded behind their ends: what is usual elsewhere.</summary>
    Padded,

    /// <summary>
    /// [N, …], end to end: padding is made only where tokens of a text meet. The further inputs <c>slots</c> ([B, T] int64: the row of each place, any at padding), <c>places</c> ([N] int64: the place of each
    /// row among B · T) and <c>text_of_row</c> ([N] int64) say how; <c>attention_mask</c> stays [B, T]. Only ONNX Runtime can
    /// compute such a graph: it has operators of its own.
    /// </summary>
    Packed,
}
