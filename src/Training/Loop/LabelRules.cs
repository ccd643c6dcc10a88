using FeedbackService.Model.Configuration;
using FeedbackService.Training.Options;

namespace FeedbackService.Training.Loop;

/// <summary>What the labels of the files must be for the options.</summary>
internal static class LabelRules
{
    /// <summary>Checks every row.</summary>
    /// <exception cref="TrainingDataException">A row has several labels or none where the head needs one, or a weight is for a label that does not occur.</exception>
    public static void Check(TrainingOptions options, TrainingSource source)
    {
        if (options.Data.Head != HeadKind.MultiLabel && source.Rows.FirstOrDefault(row => row.Labels.Count != 1) is { } odd)
        {
            throw new TrainingDataException(
                TrainingDataException.SeveralLabels, $"Line {odd.Line} has {odd.Labels.Count} labels, but head is {(options.Data.Head == HeadKind.Graded ? "graded" : "single_label")}; leave head on auto, or mend the file.");
        }

        if (options.Data.Head != HeadKind.MultiLabel && source.ValidationRows?.FirstOrDefault(row => row.Labels.Count != 1) is { } other)
        {
            throw new TrainingDataException(
                TrainingDataException.SeveralLabels, $"Line {other.Line} of the validation file has {other.Labels.Count} labels, but those of the training file have one each.", "validation_file");
        }

        var unknown = options.Regularization.ClassWeights.Given?.Keys.Except(source.Labels, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new TrainingDataException(TrainingDataException.UnknownLabel, $"class_weights names the label '{unknown}', which the training file does not have.", "class_weights");
        }
    }
}
