namespace FeedbackService.Model.Onnx;

/// <summary>A feedback round's way to its input in a graph.</summary>
/// <param name="Input">X^k. Rows of width H, float.</param>
/// <param name="Attention">Weight of each token, mean over heads: a number per token; null where the feedback has no attention.</param>
/// <param name="Kept">Share of the old state that is kept, mean over features or heads: a number per token; null where the fusion has no gate.</param>
internal sealed record OnnxStep(string Input, string? Attention, string? Kept);
