namespace FeedbackService.Model.Configuration;

/// <summary>
/// Adapters after the attention and after the feed-forward sublayer, before the residual and the norm (Houlsby et al. 2019, arXiv:1902.00751, figure 2). The
/// encoder's norms are trained with them.
/// </summary>
public sealed record HoulsbyConfig : BottleneckConfig;
