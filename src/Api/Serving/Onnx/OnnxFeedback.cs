using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>A feedback round's way to its input.</summary>
/// <param name="Input">X^k. [N, H] float.</param>
/// <param name="Attention">Weight of each token, mean over heads, N numbers; null without attention, and where it was not asked for.</param>
/// <param name="Kept">Share of its old state that each token keeps, N numbers; null without a gate, and where it was not asked for.</param>
internal sealed record OnnxFeedback(OrtValue Input, float[]? Attention, float[]? Kept);
