using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Tests.Options;

public sealed class OptionCatalogTests
{
    private static readonly DataFacts TenThousand = new(Rows: 10_000, Classes: 4);

    public static TheoryData<string> PresetIds => [.. PresetCatalog.All.Select(preset => preset.Id)];

    [Fact]
    public void FixedWireNames_AreAllThere()
    {
        string[] names =
        [
            "n_epochs", "batch_size", "learning_rate", "learning_rate_multiplier", "max_tokens", "optimizer", "scheduler", "warmup_ratio", "weight_decay", "max_grad_norm", "dropout",
            "label_smoothing", "class_weights", "early_stopping_patience", "validation_split", "rounds", "feedback", "fusion", "reentry_layer", "inject",
        ];

        foreach (var preset in PresetCatalog.All)
        {
            Assert.Empty(names.Except(OptionCatalog.For(preset.Encoder).Select(option => option.Name)));
        }
    }

    [Fact]
    public void RecommendedPreset_ComesFirst() => Assert.Equal("mlp", PresetCatalog.All[0].Id);

    [Theory]
    [MemberData(nameof(PresetIds))]
    public void EffectiveValues_AreAcceptedAndComeBackTheSame(string id)
    {
        var preset = PresetCatalog.Find(id)!;
        var options = OptionCatalog.Resolve(preset, OptionSet.Empty, TenThousand);
        var echoed = OptionJson.Write(options, preset.Encoder);

        var again = OptionCatalog.Resolve(preset, Parse(echoed.ToJsonString(), preset.Encoder), TenThousand);

        Assert.Equal(options, again);
        Assert.DoesNotContain("auto", echoed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(OptionCatalog.For(preset.Encoder).Count(), echoed.Count);
    }

    [Theory]
    [MemberData(nameof(PresetIds))]
    public void SchemaDefaults_AreAcceptedByTheParser(string id)
    {
        var preset = PresetCatalog.Find(id)!;
        var schema = OptionSchema.Create(preset);
        var defaults = new JsonObject(schema["properties"]!.AsObject().Select(property => KeyValuePair.Create(property.Key, property.Value!["default"]?.DeepClone())));

        var options = OptionCatalog.Resolve(preset, Parse(defaults.ToJsonString(), preset.Encoder), TenThousand);

        Assert.Equal(OptionCatalog.Resolve(preset, OptionSet.Empty, TenThousand), options);
        Assert.All(schema["properties"]!.AsObject(), property => Assert.NotEmpty(property.Value!["description"]!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(PresetIds))]
    public void EveryOption_AcceptsAuto(string id)
    {
        var preset = PresetCatalog.Find(id)!;
        var autos = new JsonObject(OptionCatalog.For(preset.Encoder).Select(option => KeyValuePair.Create(option.Name, (JsonNode?)"auto")));

        Assert.Empty(Parse(autos.ToJsonString(), preset.Encoder).Names);
    }

    [Fact]
    public void AllFailures_ComeInOneException()
    {
        var error = Assert.Throws<InvalidOptionsException>(() => Parse(
            """{"n_epochs":0,"learning_rate":0,"dropout":1,"optimizer":"lion","batchsize":3,"heads":2,"rounds":1.5,"class_weights":{"a":-1},"lowercase":"yes","inject":7}""",
            EncoderFamilies.Mlp));

        Assert.Equal(
            ["batchsize", "class_weights", "dropout", "heads", "inject", "learning_rate", "lowercase", "n_epochs", "optimizer", "rounds"],
            error.Errors.Keys);
        Assert.Equal("Must be at least 1, not 0.", error.Errors["n_epochs"]);
        Assert.Equal("Must be greater than 0, not 0.", error.Errors["learning_rate"]);
        Assert.Equal("Must be less than 1, not 1.", error.Errors["dropout"]);
        Assert.Contains("sgd, adam, adamw", error.Errors["optimizer"], StringComparison.Ordinal);
        Assert.Contains("Did you mean batch_size?", error.Errors["batchsize"], StringComparison.Ordinal);
        Assert.Contains("only to: transformer", error.Errors["heads"], StringComparison.Ordinal);
        Assert.Contains("whole number", error.Errors["rounds"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("[]")]
    [InlineData("\"auto\"")]
    public void AnythingButAnObject_IsRefused(string json) =>
        Assert.Contains("hyperparameters", Assert.Throws<InvalidOptionsException>(() => Parse(json, EncoderFamilies.Mlp)).Errors.Keys);

    [Theory]
    [InlineData("""{"n_epochs":1,"n_epochs":2}""", "n_epochs")]
    [InlineData("""{"learning_rate":1e400}""", "learning_rate")]
    [InlineData("""{"batch_size":2147483648}""", "batch_size")]
    [InlineData("""{"class_weights":{}}""", "class_weights")]
    [InlineData("""{"class_weights":3}""", "class_weights")]
    [InlineData("""{"warmup_ratio":true}""", "warmup_ratio")]
    public void OddValues_AreRefusedByName(string json, string name) =>
        Assert.Equal([name], Assert.Throws<InvalidOptionsException>(() => Parse(json, EncoderFamilies.All)).Errors.Keys);

    [Theory]
    [InlineData("""{"heads":3}""", "heads")]
    [InlineData("""{"layers":0}""", "layers")]
    [InlineData("""{"rounds":1,"reentry_layer":3}""", "reentry_layer")]
    [InlineData("""{"rounds":1,"feedback_heads":5}""", "feedback_heads")]
    public void OptionsThatDoNotFitTogether_AreRefusedByName(string json, string name)
    {
        var preset = PresetCatalog.Find("transformer-small")!;

        var error = Assert.Throws<InvalidOptionsException>(() => OptionCatalog.Resolve(preset, Parse(json, preset.Encoder), TenThousand));

        Assert.Contains(name, error.Errors.Keys);
    }

    [Fact]
    public void Taxonomy_NeedsPathsAndOneLabelPerText()
    {
        var asked = OptionSet.Empty.With(o => o.Feedback.Rounds, 1).With(o => o.Feedback.Curriculum, CurriculumKind.Taxonomy);
        var preset = PresetCatalog.Find("mlp")!;
        TrainingOptions Resolve(DataFacts facts) => OptionCatalog.Resolve(preset, asked, facts);

        Assert.Contains("'c' is no path", Assert.Throws<InvalidOptionsException>(() => Resolve(new DataFacts(100, 2, Labels: ["a/b", "c"]))).Errors["curriculum"], StringComparison.Ordinal);
        Assert.Contains("one label per text", Assert.Throws<InvalidOptionsException>(() => Resolve(new DataFacts(100, 2, MultiLabel: true, Labels: ["a/b", "a/c"]))).Errors["curriculum"], StringComparison.Ordinal);
        Assert.Equal(CurriculumKind.Taxonomy, Resolve(new DataFacts(100, 2, Labels: ["a/b", "a/c"])).Feedback.Curriculum);
    }

    [Fact]
    public void Loop_IsAttentionWithGatedFusion_UnlessAsked()
    {
        var feedback = OptionCatalog.Resolve(PresetCatalog.Find("mlp-feedback")!, OptionSet.Empty, TenThousand).Feedback;

        Assert.Equal((1, FeedbackKind.Attention, FusionKind.Gated, InjectKind.Residual), (feedback.Rounds, feedback.Kind, feedback.Fusion, feedback.Inject));
    }

    [Fact]
    public void WithoutRounds_FeedbackOptionsDoNotMatter()
    {
        var preset = PresetCatalog.Find("transformer-small")!;

        var options = OptionCatalog.Resolve(preset, Parse("""{"rounds":0,"reentry_layer":9}""", preset.Encoder), TenThousand);

        Assert.Equal(0, options.Feedback.Rounds);
    }

    [Fact]
    public void Auto_FollowsTheData()
    {
        var preset = PresetCatalog.Find("transformer")!;
        var small = OptionCatalog.Resolve(preset, OptionSet.Empty, new DataFacts(Rows: 200, Classes: 3, MultiLabel: true));
        var large = OptionCatalog.Resolve(preset, OptionSet.Empty, TenThousand);
        var tiny = OptionCatalog.Resolve(preset, OptionSet.Empty, new DataFacts(Rows: 12, Classes: 2));

        Assert.Equal((40, 4, 0.2, HeadKind.MultiLabel), (small.Schedule.Epochs, small.Schedule.BatchSize, small.Data.ValidationSplit, small.Data.Head));
        Assert.Equal((8, 64, 0.1, HeadKind.SingleLabel), (large.Schedule.Epochs, large.Schedule.BatchSize, large.Data.ValidationSplit, large.Data.Head));
        Assert.Equal(141, large.Schedule.EvalEvery);
        Assert.Equal(1024, large.Architecture.IntermediateSize);
        Assert.Equal(0, tiny.Data.ValidationSplit);
    }

    [Fact]
    public void RequestBeatsPreset_AndBaseModelBeatsRequest()
    {
        var preset = PresetCatalog.Find("transformer-small")!;
        var asked = Parse("""{"hidden_size":64,"n_epochs":3}""", preset.Encoder);
        var bound = preset with { Fixed = OptionSet.Empty.With(o => o.Architecture.HiddenSize, 128) };

        Assert.Equal((64, 3), (OptionCatalog.Resolve(preset, asked, TenThousand).Architecture.HiddenSize, OptionCatalog.Resolve(preset, asked, TenThousand).Schedule.Epochs));
        var error = Assert.Throws<InvalidOptionsException>(() => OptionCatalog.Resolve(bound, asked, TenThousand));
        Assert.Equal("Is fixed at 128 by the base model; leave it out or train from a preset.", error.Errors["hidden_size"]);
    }

    [Fact]
    public void WhatTheBaseModelFixes_IsAcceptedAsItIsEchoed_BeyondTheLimitsToo()
    {
        var preset = PresetCatalog.Find("transformer-small")!;
        var bound = preset with { Fixed = OptionSet.Empty.With(o => o.Data.VocabularySize, 85) };
        var echoed = OptionJson.Write(OptionCatalog.Resolve(bound, OptionSet.Empty, TenThousand), preset.Encoder);
        using var document = JsonDocument.Parse(echoed.ToJsonString());

        Assert.Equal(85, OptionCatalog.Resolve(bound, OptionJson.Parse(document.RootElement, preset.Encoder, bound: bound.Fixed), TenThousand).Data.VocabularySize);
        Assert.Contains("vocabulary_size", Assert.Throws<InvalidOptionsException>(() => OptionJson.Parse(document.RootElement, preset.Encoder)).Errors.Keys);
    }

    [Fact]
    public void ClassWeights_BalancedMakesLabelsCountTheSame()
    {
        var weights = ClassWeights.Balanced.Resolve(["a", "b", "c"], [60, 30, 10])!;

        Assert.Equal([100 / 180.0, 100 / 90.0, 100 / 30.0], weights);
        Assert.Null(ClassWeights.None.Resolve(["a", "b"], [1, 2]));
        Assert.Equal([2, 1], ClassWeights.Of(new Dictionary<string, double> { ["a"] = 2 }).Resolve(["a", "b"], [1, 2])!);
    }

    [Fact]
    public void SearchRanges_LieWithinTheLimits()
    {
        var ranges = OptionCatalog.All.Where(option => option.Search is not null).ToList();

        Assert.Contains(ranges, option => option.Name == "learning_rate" && option.Search!.Logarithmic);
        Assert.All(ranges.Where(option => option.Search!.Values is null), option => Assert.True(option.Search!.Low >= option.Attribute.Minimum && option.Search.High <= option.Attribute.Maximum && option.Search.Low < option.Search.High, option.Name));
    }

    private static OptionSet Parse(string json, EncoderFamilies encoder)
    {
        using var document = JsonDocument.Parse(json);
        return OptionJson.Parse(document.RootElement, encoder);
    }
}
