namespace FeedbackService.Model.Configuration;

/// <summary>Long short-term memory (Hochreiter &amp; Schmidhuber 1997) with a forget gate (Gers et al. 2000) whose bias starts at 1; seed item 3-4.</summary>
public sealed record LstmEncoderConfig : DirectedEncoderConfig;
