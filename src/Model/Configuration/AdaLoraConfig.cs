namespace FeedbackService.Model.Configuration;

/// <summary>
/// AdaLoRA (Zhang et al. 2023, arXiv:2303.10512): h = W₀x + (α/r)·P·Λ·Q·x with a diagonal Λ. <see cref="LowRankConfig.Rank"/> is the rank each map
/// starts with; training sets entries of Λ to zero, and the maps keep their size.
/// </summary>
public sealed record AdaLoraConfig : LowRankConfig;
