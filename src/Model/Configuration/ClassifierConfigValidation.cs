using System.Runtime.CompilerServices;
using FeedbackService.Model.Heads;

namespace FeedbackService.Model.Configuration;

/// <summary>Checks a classifier's configuration before anything is allocated.</summary>
public static class ClassifierConfigValidation
{
    private const int ShortestLimit = 4;
    private const int MostSweeps = 1000;
    private const int MostGradientSweeps = 100;

    /// <summary>Checks everything and reports all faults at once.</summary>
    /// <exception cref="InvalidConfigurationException">At least one fault.</exception>
    public static void ThrowIfInvalid(ClassifierConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var faults = Check(config);
        if (faults.Count > 0)
        {
            throw new InvalidConfigurationException(faults);
        }
    }

    /// <summary>All faults, one sentence each; empty when the configuration is valid.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="withoutLabels">It is of an encoder alone, which has no labels yet.</param>
    public static IReadOnlyList<string> Check(ClassifierConfig config, bool withoutLabels = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        var faults = new Faults();
        if (!withoutLabels || config.Labels is not { Count: 0 })
        {
            CheckLabels(faults, config.Labels, config.Head);
        }

        faults.Defined(config.Pooling);
        faults.AtLeast(config.PoolingSize ?? 1, 1, "config.PoolingSize");

        faults.Defined(config.Head);
        faults.AtLeast(config.HeadHiddenSize, 0);
        faults.Defined(config.HeadActivation);
        faults.Share(config.HeadDropout);
        faults.AtLeast(config.MaxTokens, ShortestLimit);
        if (config.Encoder is null)
        {
            faults.Add("encoder is missing.");
            return faults;
        }

        CheckEncoder(faults, config.Encoder, config.MaxTokens);
        if (config.Feedback is not null)
        {
            CheckFeedback(faults, config.Feedback, config.Encoder);
        }

        if (config.Adapter is not null)
        {
            faults.AddRange(AdapterRules.Check(config.Adapter, config.Encoder));
        }

        return faults;
    }

    private static void CheckLabels(Faults faults, IReadOnlyList<string>? labels, HeadKind head)
    {
        if (labels is null || labels.Count < 2)
        {
            faults.Add($"labels has {labels?.Count ?? 0} entries; a classifier needs at least 2.");
            return;
        }

        if (labels.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add("labels has an empty name.");
        }

        var repeated = labels.GroupBy(label => label, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"'{group.Key}'");
        if (repeated.Any())
        {
            faults.Add($"labels are not distinct: {string.Join(", ", repeated)}.");
        }

        if (head != HeadKind.Graded)
        {
            return;
        }

        if (GradeScale.Problem(labels) is { } problem)
        {
            faults.Add($"head is graded, but labels are no grades: {problem}");
        }
        else if (!GradeScale.InOrder(labels).SequenceEqual(labels, StringComparer.Ordinal))
        {
            faults.Add("head is graded, but labels are not in the order of their numbers.");
        }
    }

    private static void CheckEncoder(Faults faults, EncoderConfig encoder, int maxTokens)
    {
        faults.AtLeast(encoder.HiddenSize, 1);
        faults.AtLeast(encoder.Layers, encoder is MlpEncoderConfig ? 0 : 1);
        faults.Share(encoder.Dropout);
        switch (encoder)
        {
            case MlpEncoderConfig mlp:
                faults.AtLeast(mlp.Buckets, 1);
                faults.Share(mlp.RowDropout);
                faults.Defined(mlp.Activation);
                break;
            case TransformerEncoderConfig transformer:
                faults.AtLeast(transformer.VocabularySize, 1);
                faults.AtLeast(transformer.IntermediateSize, 1);
                faults.Divides(transformer.Heads, encoder.HiddenSize);
                faults.Defined(transformer.Norm);
                faults.Defined(transformer.Positions);
                faults.Defined(transformer.Activation);
                CheckTransformer(faults, transformer, maxTokens);
                break;
            case RecurrentEncoderConfig recurrent:
                faults.AtLeast(recurrent.VocabularySize, 1);
                CheckRecurrent(faults, recurrent);
                break;
            default:
                faults.Add($"encoder is of an unknown type {encoder.GetType().Name}.");
                break;
        }
    }

    private static void CheckTransformer(Faults faults, TransformerEncoderConfig encoder, int maxTokens)
    {
        faults.Between(encoder.Segments, 0, TransformerEncoderConfig.MostSegments);
        faults.Positive(encoder.NormEpsilon);
        faults.Share(encoder.AttentionDropout ?? 0, "encoder.AttentionDropout");
        faults.Between(encoder.PositionPadding ?? 0, 0, encoder.VocabularySize - 1, "encoder.PositionPadding");
        if (encoder.Family is { } family)
        {
            faults.Defined(family, "encoder.Family");
        }

        if (encoder.LongestText < maxTokens)
        {
            faults.Add($"encoder.MaxPositions is {encoder.MaxPositions}, enough for {encoder.LongestText} tokens, which is less than config.MaxTokens {maxTokens}.");
        }
    }

    private static void CheckRecurrent(Faults faults, RecurrentEncoderConfig encoder)
    {
        if (encoder is DirectedEncoderConfig { Bidirectional: true } && encoder.HiddenSize % 2 != 0)
        {
            faults.Add($"encoder.HiddenSize is {encoder.HiddenSize}; a bidirectional encoder needs an even one.");
        }

        switch (encoder)
        {
            case RnnEncoderConfig elman:
                faults.Defined(elman.Activation);
                break;
            case BifnnEncoderConfig bifnn:
                faults.Defined(bifnn.Activation);
                faults.Defined(bifnn.Gradient);
                faults.Defined(bifnn.Order);
                faults.Between(bifnn.MaxSweeps, 1, MostSweeps);
                faults.Between(bifnn.GradientSweeps, 1, MostGradientSweeps);
                faults.Positive(bifnn.Tolerance);
                faults.Positive(bifnn.PastBound);
                faults.Positive(bifnn.FutureBound);
                if (bifnn.PastBound + bifnn.FutureBound >= 1)
                {
                    faults.Add($"encoder.PastBound and encoder.FutureBound are {bifnn.PastBound} and {bifnn.FutureBound}; together they must be below 1, or there need not be a solution.");
                }

                break;
        }
    }

    private static void CheckFeedback(Faults faults, FeedbackConfig feedback, EncoderConfig encoder)
    {
        faults.Defined(feedback.Feedback);
        faults.Defined(feedback.Fusion);
        faults.Defined(feedback.Inject);
        faults.Between(feedback.Rounds, 1, FeedbackConfig.MostRounds);
        faults.Between(feedback.BackpropRounds, 0, FeedbackConfig.MostRounds);
        faults.Share(feedback.SignalDropout);
        faults.Share(feedback.WrongPrediction);
        faults.Between(feedback.ReentryLayer, 0, encoder.Layers);
        if (feedback.Feedback == FeedbackKind.Attention || feedback.Fusion == FusionKind.Attention)
        {
            faults.Divides(feedback.Heads, encoder.HiddenSize);
        }

        if (!double.IsFinite(feedback.InitialScale))
        {
            faults.Add($"feedback.InitialScale is {feedback.InitialScale}; it must be a finite number.");
        }
    }

    /// <summary>Collects sentences; members are named as the caller wrote them.</summary>
    private sealed class Faults : List<string>
    {
        public void AtLeast(int value, int least, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (value < least)
            {
                Add($"{name} is {value}; it must be at least {least}.");
            }
        }

        public void Between(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (value < least || value > most)
            {
                Add($"{name} is {value}; it must be between {least} and {most}.");
            }
        }

        public void Share(double value, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (!(value >= 0 && value < 1))
            {
                Add($"{name} is {value}; it must be in [0, 1).");
            }
        }

        public void Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (!(value > 0 && double.IsFinite(value)))
            {
                Add($"{name} is {value}; it must be greater than 0.");
            }
        }

        public void Divides(int value, int hiddenSize, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            if (value < 1 || hiddenSize % value != 0)
            {
                Add($"{name} is {value}; it must be a positive divisor of the hidden size {hiddenSize}.");
            }
        }

        public void Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
            where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
            {
                Add($"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
            }
        }
    }
}
