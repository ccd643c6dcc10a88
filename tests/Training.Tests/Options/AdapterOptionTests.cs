using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Tests.Options;

public sealed class AdapterOptionTests
{
    private static readonly DataFacts Facts = new(Rows: 1000, Classes: 4);

    [Theory]
    [InlineData("none", 5e-4)]
    [InlineData("lora", 5e-4)]
    [InlineData("adalora", 5e-4)]
    [InlineData("houlsby", 3e-4)]
    [InlineData("pfeiffer", 3e-4)]
    public void LearningRate_FollowsTheAdapter_UnlessAsked(string adapter, double rate)
    {
        Assert.Equal(rate, Resolve(TinyModels.Transformer, $$"""{"adapter":"{{adapter}}"}""").Schedule.LearningRate);
        Assert.Equal(0.1, Resolve(TinyModels.Transformer, $$"""{"adapter":"{{adapter}}","learning_rate":0.1}""").Schedule.LearningRate);
    }

    [Fact]
    public void Scale_IsOneUnlessAsked()
    {
        Assert.Equal(5, Resolve(TinyModels.Transformer, """{"adapter":"lora","adapter_rank":5}""").Adapter.Alpha);
        Assert.Equal(6, Resolve(TinyModels.Transformer, """{"adapter":"adalora","adalora_start_rank":6,"adalora_target_rank":2}""").Adapter.Alpha);
        Assert.Equal(2, ((LoraConfig)Resolve(TinyModels.Transformer, """{"adapter":"lora","adapter_alpha":16}""").Adapter.ToConfig()!).Scale);
    }

    [Fact]
    public void Targets_AreTheUsualOnesOfTheBase()
    {
        Assert.Equal(AdapterTargets.Query | AdapterTargets.Value, Resolve(TinyModels.Transformer, "{}").Adapter.Targets);
        Assert.Equal(AdapterTargets.Inner | AdapterTargets.Outer, Resolve(TinyModels.Mlp, "{}").Adapter.Targets);
        Assert.Equal(AdapterTargets.Input, Resolve(TinyModels.Rnn, "{}").Adapter.Targets);
        Assert.Equal(AdapterTargets.Key | AdapterTargets.Outer, Resolve(TinyModels.Transformer, """{"adapter_targets":["outer","key"]}""").Adapter.Targets);
    }

    [Theory]
    [InlineData("""{"adapter":"lora","freeze_encoder":true}""", "freeze_encoder")]
    [InlineData("""{"adapter":"lora","freeze_embeddings":true}""", "freeze_embeddings")]
    [InlineData("""{"adapter":"houlsby","freeze_layers":1}""", "freeze_layers")]
    [InlineData("""{"adapter":"pfeiffer","unfreezing":"gradual"}""", "unfreezing")]
    [InlineData("""{"adapter":"lora","adapter_rank":17}""", "adapter_rank")]
    [InlineData("""{"adapter":"adalora","adalora_start_rank":17}""", "adalora_start_rank")]
    [InlineData("""{"adapter":"adalora","adalora_start_rank":4,"adalora_target_rank":5}""", "adalora_target_rank")]
    [InlineData("""{"adapter":"adalora","adalora_initial_warmup":0.5,"adalora_final_warmup":0.5}""", "adalora_final_warmup")]
    [InlineData("""{"adapter":"lora","adapter_targets":["query","input"]}""", "adapter_targets")]
    public void OptionsThatDoNotFitTogether_AreRefusedByName(string json, string name) =>
        Assert.Equal([name], Refused(TinyModels.Transformer, json).Keys);

    [Theory]
    [InlineData("""{"adapter_targets":[]}""")]
    [InlineData("""{"adapter_targets":["qkv"]}""")]
    [InlineData("""{"adapter_targets":"query"}""")]
    [InlineData("""{"adapter_targets":[1]}""")]
    [InlineData("""{"adapter":"qlora"}""")]
    public void OddValues_AreRefused(string json) =>
        Assert.Single(Assert.Throws<InvalidOptionsException>(() => Parse(json, EncoderFamilies.Transformer)).Errors);

    [Fact]
    public void BaseWithoutAnythingToAdapt_IsRefused_SayingWhatHas()
    {
        Assert.Contains("layers of mlp", Refused(TinyModels.Mlp with { Layers = 0 }, """{"adapter":"lora"}""")["adapter"], StringComparison.Ordinal);
        Assert.Contains("feed-forward", Refused(TinyModels.Rnn, """{"adapter":"houlsby"}""")["adapter"], StringComparison.Ordinal);
        Assert.Contains("only to", Assert.Throws<InvalidOptionsException>(() => Resolve(TinyModels.Gru, """{"adapter":"lora"}""")).Errors["adapter"], StringComparison.Ordinal);
    }

    [Fact]
    public void Preset_IsRefused()
    {
        var preset = PresetCatalog.Find("transformer")!;

        var error = Assert.Throws<InvalidOptionsException>(() => OptionCatalog.Resolve(preset, Parse("""{"adapter":"lora"}""", preset.Encoder), Facts));

        Assert.Contains("registered base model", error.Errors["adapter"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("adalora")]
    [InlineData("houlsby")]
    public void EffectiveValues_AreAcceptedAndComeBackTheSame(string adapter)
    {
        var encoder = TinyModels.Transformer with { VocabularySize = 200 };
        var options = Resolve(encoder, $$"""{"adapter":"{{adapter}}","adapter_targets":["key","value"]}""");
        var echoed = OptionJson.Write(options, EncoderFamilies.Transformer);

        Assert.Equal(options, Resolve(encoder, echoed.ToJsonString()));
        Assert.Equal("""["key","value"]""", echoed["adapter_targets"]!.ToJsonString());
    }

    private static IReadOnlyDictionary<string, string> Refused(EncoderConfig encoder, string json) =>
        Assert.Throws<InvalidOptionsException>(() => Resolve(encoder, json)).Errors;

    private static TrainingOptions Resolve(EncoderConfig encoder, string json)
    {
        TokenizerConfig tokenizer = encoder is MlpEncoderConfig ? new HashedNgramConfig { Buckets = TinyModels.Vocabulary } : new WordPieceConfig();
        var preset = ModelShape.AsPreset(TinyModels.Plain(encoder), tokenizer);
        return OptionCatalog.Resolve(preset, Parse(json, preset.Encoder), Facts);
    }

    private static OptionSet Parse(string json, EncoderFamilies encoder)
    {
        using var document = JsonDocument.Parse(json);
        return OptionJson.Parse(document.RootElement, encoder);
    }
}
