namespace FeedbackService.Model.Onnx;

/// <summary>A feedback signal in a graph.</summary>
/// <param name="Values">One vector per text ([B, H] float), or rows of width H.</param>
/// <param name="IsPerText">Which of both.</param>
/// <param name="Attention">How the tokens of a text were looked at, mean over heads: a number per token; null without attention.</param>
internal sealed record OnnxSignal(string Values, bool IsPerText, string? Attention = null)
{
    /// <summary>The signal, or a map of it that was applied before it is spread, as something to add to rows.</summary>
    public string Spread(OnnxTexts texts, string values) => IsPerText ? texts.Spread(values) : values;
}
