namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What one claim has written. Each claim has files of its own, so that a holder that was declared dead cannot write into them.</summary>
/// <param name="Epoch">Fencing epoch of the claim.</param>
/// <param name="OutputBytes">Bytes of answers on disk.</param>
/// <param name="ErrorBytes">Bytes of refusals on disk.</param>
internal sealed record BatchPart(long Epoch, long OutputBytes, long ErrorBytes);
