namespace FeedbackService.Model.Configuration;

/// <summary>Gated recurrent unit (Cho et al. 2014), the reset gate after the matrix; seed item 3-4.</summary>
public sealed record GruEncoderConfig : DirectedEncoderConfig;
