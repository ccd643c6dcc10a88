using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Features.HuggingFace;

/// <summary>Reads texts and text pairs whose objects may have keys that mean nothing here.</summary>
internal sealed class LenientInputConverter : ClassifyInputConverter
{
    /// <inheritdoc/>
    protected override bool SkipsUnknownKeys => true;
}
