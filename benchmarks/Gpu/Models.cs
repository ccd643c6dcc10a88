using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>Classifiers with random weights, the same for the same configuration.</summary>
internal static class Models
{
    private const double Deviation = 0.02;

    /// <summary>Makes one on the CPU, in training mode, with nothing left at zero.</summary>
    public static TextClassifier Create(ClassifierConfig config)
    {
        manual_seed(1).Dispose();
        var classifier = ClassifierFactory.Create(config);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        foreach (var parameter in classifier.parameters())
        {
            parameter.AddScaledInPlace(randn_like(parameter), Deviation);
        }

        return classifier;
    }
}
