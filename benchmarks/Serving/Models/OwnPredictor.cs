using FeedbackService.Api.Serving.Onnx;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;

namespace FeedbackService.ServingBenchmark.Models;

/// <summary>The service's own predictor, in this process and without its queue.</summary>
internal static class OwnPredictor
{
    /// <summary>Loads an artifact, to be computed by what wins the race for these models on a CPU: ONNX Runtime, with all processors.</summary>
    public static Predictor Load(string artifact)
    {
        var loaded = LoadedClassifier.Open(artifact, ArtifactVerification.Sizes);
        using var classifier = loaded.Classifier;
        classifier.eval();
        return new Predictor(loaded.Tokenizer, new OnnxBackend(classifier, quantised: false, Environment.ProcessorCount), loaded.Calibration);
    }
}
