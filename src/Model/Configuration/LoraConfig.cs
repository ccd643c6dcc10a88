namespace FeedbackService.Model.Configuration;

/// <summary>LoRA (Hu et al. 2022, arXiv:2106.09685): h = W₀x + (α/r)·B·A·x.</summary>
public sealed record LoraConfig : LowRankConfig;
