using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>Standard deviations at the start that depend on the depth.</summary>
internal static class Deviation
{
    /// <summary>
    /// Of the last matrix of a sublayer: 0.02/√(2L), so that the sum of 2L residual branches does not grow with depth
    /// (Radford et al. 2019, section 2.3).
    /// </summary>
    public static double OfResidual(TransformerEncoderConfig config) =>
        Initialization.SmallDeviation / Math.Sqrt(2.0 * Math.Max(1, config.Layers));
}
