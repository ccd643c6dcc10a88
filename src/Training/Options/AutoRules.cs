using FeedbackService.Model.Configuration;

namespace FeedbackService.Training.Options;

/// <summary>The rules behind <c>"auto"</c>; options name them in <see cref="TrainingOptionAttribute.Auto"/>.</summary>
public static class AutoRules
{
    /// <summary>Fewer rows, more epochs.</summary>
    public static AutoRule Epochs { get; } = new(
        "80,000 divided by the rows, between 4 and 40; in pre-training 400,000, between 3 and 200, for a step there teaches a few tokens of each text",
        static (facts, _) => facts.Method == TrainingMethods.MaskedLanguageModeling
            ? Math.Clamp((int)Math.Ceiling(400_000.0 / Math.Max(1, facts.Rows)), 3, 200)
            : Math.Clamp((int)Math.Ceiling(80_000.0 / Math.Max(1, facts.Rows)), 4, 40));

    /// <summary>About 30 steps per epoch at least.</summary>
    public static AutoRule BatchSize { get; } = new(
        "the largest power of two up to a thirtieth of the rows, between 4 and 64",
        static (facts, _) => Math.Clamp((int)Math.Pow(2, Math.Floor(Math.Log2(Math.Max(1, facts.Rows / 30.0)))), 4, 64));

    /// <summary>A text's vector is a sum over n n-grams divided by √n, so it moves √n times as far as its rows do.</summary>
    public static AutoRule TableLearningRate { get; } = new(
        "0.22 / √n, where n = 2.7 × the mean number of characters of a text, about its n-grams, or 0.25 × with word pieces",
        static (facts, options) => Math.Round(0.22 / Math.Sqrt(TokensOfMlp(facts, options)), 4));

    /// <summary>Long texts can spare more.</summary>
    public static AutoRule NgramDropout { get; } = new(
        "n / 550 between 0.1 and 0.3, where n = 2.7 × the mean number of characters of a text, about its n-grams, or 0.25 × with word pieces",
        static (facts, options) => Math.Round(Math.Clamp(TokensOfMlp(facts, options) / 550, 0.1, 0.3), 2));

    /// <summary>Once per epoch, at least four times per run.</summary>
    public static AutoRule EvaluationInterval { get; } = new(
        "once per epoch, and at least four times per run",
        static (facts, options) => Math.Max(1, Math.Min(StepsPerEpoch(facts, options), (TotalSteps(facts, options) + 3) / 4)));

    /// <summary>A tenth, a fifth of small files.</summary>
    public static AutoRule ValidationSplit { get; } = new(
        "0.1; 0.2 below 500 rows; 0 below 20 rows or with a validation file; in pre-training no more than 5,000 rows",
        static (facts, _) => facts.HasValidationFile || facts.Rows < 20 ? 0.0
            : facts.Rows < 500 ? 0.2
            : facts.Method == TrainingMethods.MaskedLanguageModeling ? Math.Min(0.1, Math.Round(5000.0 / facts.Rows, 6))
            : 0.1);

    /// <summary>What the labels look like.</summary>
    public static AutoRule Head { get; } = new(
        "multi_label when some row has no label or more than one, else single_label",
        static (facts, _) => facts.MultiLabel ? HeadKind.MultiLabel : HeadKind.SingleLabel);

    /// <summary>Four times the hidden size.</summary>
    public static AutoRule IntermediateSize { get; } = new(
        "four times hidden_size",
        static (_, options) => 4 * options.Architecture.HiddenSize);

    /// <summary>Half the hidden size.</summary>
    public static AutoRule PoolingSize { get; } = new(
        "half of hidden_size",
        static (_, options) => options.Architecture.HiddenSize / 2);

    /// <summary>A scale of 1.</summary>
    public static AutoRule AdapterAlpha { get; } = new(
        "the rank at the start, which makes the scale 1",
        static (_, options) => (double)options.Adapter.FirstRank);

    // Word 1-2-grams and character 2-5-grams of English give 2.4 to 2.8 per character, ideograph 1-3-grams 2.9.
    private static double TokensOfMlp(DataFacts facts, TrainingOptions options) =>
        (options.Data.Tokens == TokenKind.Ngrams ? 2.7 : 0.25) * (facts.MeanCharacters > 0 ? Math.Max(1, facts.MeanCharacters) : 60);

    /// <summary>Optimizer steps of one pass over the training part.</summary>
    internal static int StepsPerEpoch(DataFacts facts, TrainingOptions options)
    {
        var rows = facts.HasValidationFile ? facts.Rows : facts.Rows * (1 - options.Data.ValidationSplit);
        return Math.Max(1, (int)Math.Ceiling(rows / options.Schedule.BatchSize));
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    internal static int TotalSteps(DataFacts facts, TrainingOptions options) => StepsPerEpoch(facts, options) * options.Schedule.Epochs;
}
