using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Classification;

/// <summary>What a round says, and how much of the text it left.</summary>
/// <param name="Logits">z^k. [B, L] float32.</param>
/// <param name="RelativeChange">
/// ‖X^k − H_m‖ / ‖H_m‖ over all token states of each text. [B] float32. Null in round 0, and when states are replaced: then
/// there is no correction to measure.
/// </param>
/// <param name="Solution">How well the encoder solved for its states; null for encoders that do not solve.</param>
public sealed record ObservedRound(Tensor Logits, Tensor? RelativeChange, FixedPoint? Solution = null);
