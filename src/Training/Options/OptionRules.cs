using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What must hold between options; limits of single values are checked by <see cref="OptionJson"/>.</summary>
internal static class OptionRules
{
    // A table is reached as one span of bytes, whose length is an int.
    private const int MostTableNumbers = int.MaxValue / sizeof(float);

    /// <exception cref="InvalidOptionsException">Something does not fit; every failure is listed.</exception>
    public static void Check(Preset preset, OptionSet asked, TrainingOptions options, DataFacts facts)
    {
        var errors = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in OptionCatalog.All)
        {
            if (preset.Fixed.TryGet(option, out var bound) && asked.TryGet(option, out var wanted) && !bound.Equals(wanted))
            {
                errors[option.Name] = $"Is fixed at {OptionJson.ToNode(option, bound).ToJsonString()} by the base model; leave it out or train from a preset.";
            }
        }

        var sizes = options.Architecture;
        Require(preset.MostTokens is not { } most || options.Data.MaxTokens <= most, "max_tokens", $"The base model has positions for {preset.MostTokens} tokens at most.");
        if (preset.Encoder == EncoderFamilies.Transformer)
        {
            Require(sizes.HiddenSize % sizes.Heads == 0, "heads", $"Must divide hidden_size: {sizes.HiddenSize} is not a multiple of {sizes.Heads}.");
            Require(sizes.Layers >= 1, "layers", "A transformer needs at least one layer.");
        }

        if ((preset.Encoder & EncoderFamilies.Recurrent) != 0)
        {
            Require(sizes.Layers >= 1, "layers", "A recurrent encoder needs at least one layer.");
            Require(preset.Encoder == EncoderFamilies.Bifnn || !sizes.Bidirectional || sizes.HiddenSize % 2 == 0, "hidden_size", $"Must be even when bidirectional is true, for each direction has half of it: {sizes.HiddenSize} is odd.");
        }

        if (preset.Encoder == EncoderFamilies.Bifnn)
        {
            var (past, future) = (options.FixedPoint.PastBound, options.FixedPoint.FutureBound);
            Require(past + future < 1, "future_bound", $"Must be below 1 together with past_bound, or there need not be a solution: {past} + {future}.");
        }

        if (preset.Encoder == EncoderFamilies.Mlp && options.Data.Tokens == TokenKind.Ngrams)
        {
            var data = options.Data;
            Require((long)sizes.Buckets * sizes.HiddenSize <= MostTableNumbers, "buckets", $"buckets × hidden_size is at most {MostTableNumbers:N0} (2 GiB): at hidden_size {sizes.HiddenSize} that is {MostTableNumbers / sizes.HiddenSize:N0}.");
            Require(data.WordNgramMax + data.CharNgramMax > 0, "word_ngram_max", "Words or characters must be on: word_ngram_max and char_ngram_max are both 0.");
            Require(data.CharNgramMax == 0 || data.CharNgramMin <= data.CharNgramMax, "char_ngram_min", $"Is at most char_ngram_max, {data.CharNgramMax}.");
        }

        if (preset.Encoder == EncoderFamilies.Mlp && options.Data.Tokens == TokenKind.WordPieces)
        {
            // Second texts of pairs have rows of their own.
            Require(2L * options.Data.VocabularySize * sizes.HiddenSize <= MostTableNumbers, "vocabulary_size", $"vocabulary_size × hidden_size is at most {MostTableNumbers / 2:N0} (1 GiB): at hidden_size {sizes.HiddenSize} that is {MostTableNumbers / 2 / sizes.HiddenSize:N0}.");
        }

        Require(
            options.Data.Head == HeadKind.MultiLabel || facts.RowsWithoutOneLabel == 0,
            "head",
            $"Needs one label in every row, and {facts.RowsWithoutOneLabel} of the training file have none or several. Leave head on auto, or mend the file.");
        if (options.Data.Head == HeadKind.Graded)
        {
            var notGrades = facts.Labels is null ? null : GradeScale.Problem(facts.Labels);
            Require(notGrades is null, "head", $"Graded is for labels that are different numbers. {notGrades}");
            Require(options.Regularization.LabelSmoothing == 0, "label_smoothing", "Must be 0 or auto when head is graded, whose target is a number and no distribution.");
        }

        Require(preset.Refusal is null, "adapter", preset.Refusal ?? string.Empty);
        AdapterOptionRules.Check(preset, options, Require);
        Require(options.Optimizer.FreezeLayers <= sizes.Layers, "freeze_layers", $"Is at most the number of layers, {sizes.Layers}.");
        Require(!options.Optimizer.FreezeEncoder || options.Optimizer.Unfreezing == UnfreezingKind.None, "unfreezing", "With freeze_encoder no block of the encoder ever learns; leave one of the two out.");
        if (options.Feedback.Rounds > 0)
        {
            var feedback = options.Feedback;
            var attends = feedback.Kind == FeedbackKind.Attention || feedback.Fusion == FusionKind.Attention;
            Require(!attends || sizes.HiddenSize % feedback.FeedbackHeads == 0, "feedback_heads", $"Must divide hidden_size: {sizes.HiddenSize} is not a multiple of {feedback.FeedbackHeads}.");
            Require(feedback.ReentryLayer <= sizes.Layers, "reentry_layer", $"Is at most the number of layers, {sizes.Layers}.");
            if (feedback.Curriculum == CurriculumKind.Taxonomy)
            {
                Require(options.Data.Head == HeadKind.SingleLabel, "curriculum", "taxonomy needs one label per text, head single_label.");
                var fault = facts.Labels is null ? null : LabelTaxonomy.FaultOf(facts.Labels);
                Require(fault is null, "curriculum", $"taxonomy does not fit the labels of the training file. {fault}");
            }
        }

        if (errors.Count > 0)
        {
            throw new InvalidOptionsException(errors);
        }

        void Require(bool holds, string name, string message)
        {
            if (!holds)
            {
                errors.TryAdd(name, message);
            }
        }
    }
}
