using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>A vector per text to logits.</summary>
internal static class OnnxHead
{
    /// <summary>[B, width] float to [B, L] float.</summary>
    public static string Classify(OnnxParts parts, ClassifierConfig config, string pooled)
    {
        var graph = parts.Graph;
        if (config.HeadHiddenSize > 0)
        {
            pooled = parts.Activate(config.HeadActivation, "head.hidden.activation", parts.Map("head.hidden.projection", pooled));
        }

        var scores = parts.Map("head.projection", pooled);
        if (config.Head != HeadKind.Graded)
        {
            return scores;
        }

        float[] grades = [.. GradeScale.Of(config.Labels).Standardised.Select(grade => (float)grade)];
        var scale = graph.Weight("head.grades", () => tensor(grades));
        var offset = graph.Weight("head.grades.offset", () => tensor(Array.ConvertAll(grades, grade => grade * grade / 2)));
        return graph.Node("Sub", graph.Node("Mul", scores, scale), offset);
    }
}
