using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>The encoder's input of a feedback round, and what can be told about how it came about.</summary>
/// <param name="Input">X^k, for the layers after the re-entry layer. Rows [N, H] float.</param>
/// <param name="Attention">Attention of the feedback. [N, heads] float; null without.</param>
/// <param name="Kept">Share of the old state kept by the fusion. [N, X] float; null without a gate.</param>
public sealed record FeedbackStep(TokenBatch Input, Tensor? Attention, Tensor? Kept);
