using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Tests.Options;

/// <summary>Which options belong to which method.</summary>
public sealed class MethodOptionTests
{
    private const TrainingMethods Masked = TrainingMethods.MaskedLanguageModeling;

    private static readonly Preset Transformer = PresetCatalog.Find("transformer")!;

    [Fact]
    public void Pretraining_HasTheseOptions_AndNoOthers() => Assert.Equal(
        [
            "activation", "batch_size", "dropout", "early_stopping_patience", "eval_every", "heads", "hidden_size", "intermediate_size", "layers", "learning_rate", "learning_rate_multiplier",
            "lowercase", "mask_ratio", "max_grad_norm", "max_tokens", "n_epochs", "norm", "optimizer", "positions", "precision", "scheduler", "validation_split", "vocabulary_size", "warmup_ratio",
            "weight_decay", "whole_word_masking",
        ],
        OptionCatalog.For(EncoderFamilies.Transformer, Masked).Select(option => option.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void OptionOfAnotherMethod_IsRefusedByName()
    {
        var error = Assert.Throws<InvalidOptionsException>(() => Parse("""{"rounds":2,"class_weights":"balanced","head":"auto","mask_ratio":1}""", Masked));

        Assert.Equal(["class_weights", "head", "mask_ratio", "rounds"], error.Errors.Keys);
        Assert.Equal("Has no meaning for masked_language_modeling, only for supervised.", error.Errors["rounds"]);
        Assert.Equal("Must be less than 1, not 1.", error.Errors["mask_ratio"]);
        Assert.Equal("Has no meaning for supervised, only for masked_language_modeling.", Assert.Throws<InvalidOptionsException>(() => Parse("""{"whole_word_masking":true}""", TrainingMethods.Supervised)).Errors["whole_word_masking"]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.1")]
    [InlineData("1.5")]
    [InlineData("\"much\"")]
    public void MaskRatioOutOfRange_IsRefused(string value) =>
        Assert.Equal(["mask_ratio"], Assert.Throws<InvalidOptionsException>(() => Parse($$"""{"mask_ratio":{{value}}}""", Masked)).Errors.Keys);

    [Fact]
    public void EffectiveValues_AreAcceptedAgain_AndSchemaDefaultsToo()
    {
        var facts = new DataFacts(3000, 0);
        var options = OptionCatalog.Resolve(Transformer, OptionSet.Empty, facts, Masked);
        var echoed = OptionJson.Write(options, Transformer.Encoder, Masked);
        var schema = OptionSchema.Create(Transformer, Masked)["properties"]!.AsObject();
        var defaults = new JsonObject(schema.Select(property => KeyValuePair.Create(property.Key, property.Value!["default"]?.DeepClone())));

        Assert.Equal(options, OptionCatalog.Resolve(Transformer, Parse(echoed.ToJsonString(), Masked), facts, Masked));
        Assert.Equal(options, OptionCatalog.Resolve(Transformer, Parse(defaults.ToJsonString(), Masked), facts, Masked));
        Assert.Equal(schema.Select(property => property.Key), echoed.Select(member => member.Key));
        Assert.Equal((0.15, false, 0), (options.Masking.MaskRatio, options.Masking.WholeWordMasking, options.Feedback.Rounds));
    }

    [Fact]
    public void Auto_FollowsTheMethod()
    {
        var registered = Transformer with { TrainableFromScratch = false };
        ScheduleOptions Of(Preset preset, int rows, TrainingMethods method) => OptionCatalog.Resolve(preset, OptionSet.Empty, new DataFacts(rows, 0), method).Schedule;

        Assert.Equal((40, 5e-4), (Of(Transformer, 10_000, Masked).Epochs, Of(Transformer, 10_000, Masked).LearningRate));
        Assert.Equal((3, 1e-4), (Of(registered, 1_000_000, Masked).Epochs, Of(registered, 1_000_000, Masked).LearningRate));
        Assert.Equal((8, 5e-4), (Of(registered, 10_000, TrainingMethods.Supervised).Epochs, Of(registered, 10_000, TrainingMethods.Supervised).LearningRate));
        Assert.Equal(0.005, OptionCatalog.Resolve(Transformer, OptionSet.Empty, new DataFacts(1_000_000, 0), Masked).Data.ValidationSplit);
        Assert.Equal(0.1, OptionCatalog.Resolve(Transformer, OptionSet.Empty, new DataFacts(1_000_000, 2)).Data.ValidationSplit);
    }

    [Theory]
    [InlineData("supervised", TrainingMethods.Supervised)]
    [InlineData("masked_language_modeling", Masked)]
    [InlineData("all", null)]
    [InlineData("dpo", null)]
    public void Names_AreThoseOfTheWire(string name, TrainingMethods? method)
    {
        Assert.Equal(method, OptionJson.MethodOf(name));
        if (method is { } known)
        {
            Assert.Equal(name, OptionJson.NameOf(known));
        }
    }

    private static OptionSet Parse(string json, TrainingMethods method)
    {
        using var document = JsonDocument.Parse(json);
        return OptionJson.Parse(document.RootElement, EncoderFamilies.Transformer, method);
    }
}
