namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What one claim has written. Each claim has files of its own, so that a holder that was declared dead cannot write into them.</summary>
/// <param name="Epoch">Fencing epoch of the claim.</param>
/// <param name="OutputBytes">Bytes of answers in the store.</param>
/// <param name="ErrorBytes">Bytes of refusals in the store.</param>
/// <param name="OutputSegments">Pieces the answers lie in; 0: one file, which may have grown since.</param>
/// <param name="ErrorSegments">Pieces the refusals lie in; 0: one file, which may have grown since.</param>
internal sealed record BatchPart(long Epoch, long OutputBytes, long ErrorBytes, int OutputSegments = 0, int ErrorSegments = 0);
