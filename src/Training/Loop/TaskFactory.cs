using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Masking;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;
using FeedbackService.Training.Progress;
using TorchSharp;

namespace FeedbackService.Training.Loop;

/// <summary>Makes what a plan's method learns: the only place that knows which task belongs to which method. Libtorch's seed is set before.</summary>
internal static class TaskFactory
{
    /// <summary>A classifier of the labels, perhaps going on from a registered model.</summary>
    public static ITrainingTask Classification(
        TrainingPlan plan, TrainingSource source, TrainingOptions options, Preset preset, BaseModel? registered, IReadOnlyList<string> labels, ITextTokenizer tokenizer, EncodedSplit examples)
    {
        var config = registered is null
            ? ModelShape.Config(options, preset.Encoder, labels, tokenizer.VocabularySize, source.HasPairs)
            : ModelShape.Continue(registered.Config, options, labels, source.HasPairs);
        var model = ClassifierFactory.Create(config);
        registered?.PassOn(model);
        var device = TorchRuntime.ParseDevice(plan.Device);
        model.to(device);
        if (config.Adapter is null)
        {
            // What will begin to learn in some epoch is in the optimizer.
            model.FreezeBlocks(options.Optimizer.FrozenBlocks(model.Encoder.LayerCount, epoch: long.MaxValue));
        }

        return new ClassificationTask(model, examples.Train, examples.Validation, options, device, (ulong)plan.Seed);
    }

    /// <summary>An encoder to be pre-trained, perhaps a registered model's, and the texts that have something to hide.</summary>
    /// <exception cref="TrainingDataException">No text has, or the base's tokenizer cannot hide.</exception>
    public static (EncodedSplit Examples, ITrainingTask Task) MaskedLanguage(
        TrainingPlan plan, TrainingOptions options, Preset preset, BaseModel? registered, ITextTokenizer tokenizer, EncodedSplit examples, Action<TrainingProgress> report)
    {
        if (tokenizer is not IMaskableTokenizer { MaskId: not null } maskable)
        {
            throw new TrainingDataException(TrainingDataException.NoMaskToken, "The base model's tokenizer has no token that stands for a hidden one, so it cannot be pre-trained.", "model");
        }

        var masker = new TokenMasker(maskable, options.Masking.MaskRatio, options.Masking.WholeWordMasking);
        var kept = new EncodedSplit([.. examples.Train.Where(example => masker.CanMask(example.Tokens))], [.. examples.Validation.Where(example => masker.CanMask(example.Tokens))]);
        if (kept.Train.Count == 0)
        {
            throw new TrainingDataException(TrainingDataException.NothingToMask, "No text of the training part has a token that the vocabulary knows, so there is nothing to hide.");
        }

        if (examples.Train.Count + examples.Validation.Count - kept.Train.Count - kept.Validation.Count is > 0 and var lost)
        {
            report(new ProgressMessage("warn", $"{lost} texts have no token that the vocabulary knows and are left out: there is nothing to hide."));
        }

        var model = LanguageModelFactory.Create(registered is null
            ? ModelShape.ToPretrain(options, preset.Encoder, tokenizer.VocabularySize)
            : ModelShape.ToPretrain(registered.Config, options));
        registered?.PassOn(model);
        var device = TorchRuntime.ParseDevice(plan.Device);
        model.to(device);
        return (kept, new MaskedLanguageTask(model, masker, kept.Validation, options, device, (ulong)plan.Seed));
    }
}
