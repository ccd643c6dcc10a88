namespace FeedbackService.Model.Configuration;

/// <summary>
/// An adapter after the feed-forward sublayer alone, before the residual and the norm (after Pfeiffer et al. 2021, arXiv:2005.00247, who put theirs behind both). The
/// encoder's norms stay as they are.
/// </summary>
public sealed record PfeifferConfig : BottleneckConfig;
