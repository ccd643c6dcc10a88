using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;

namespace FeedbackService.Model.Tests.Adapters;

public sealed class AdapterRulesTests
{
    [Theory]
    [InlineData("transformer", AdapterTargets.Input, "[query, key, value, output, inner, outer]")]
    [InlineData("mlp", AdapterTargets.Query, "[inner, outer]")]
    [InlineData("rnn", AdapterTargets.Query, "[input]")]
    [InlineData("bifnn", AdapterTargets.Outer, "[input]")]
    [InlineData("transformer", AdapterTargets.None, "must name one or more")]
    [InlineData("lstm", AdapterTargets.Input, "there are such in transformer, rnn, bifnn")]
    [InlineData("gru", AdapterTargets.Input, "no linear map that can be adapted")]
    public void TargetsThatTheEncoderLacks_AreRefused_WithThoseItHas(string encoder, AdapterTargets targets, string part) =>
        Assert.Contains(part, Assert.Single(Faults(Combinations.Encoder(encoder), new LoraConfig { Targets = targets })), StringComparison.Ordinal);

    [Fact]
    public void EveryFault_IsListed() =>
        Assert.Equal(4, Faults(TinyModels.Transformer, new AdaLoraConfig { Rank = 17, Alpha = 0, Dropout = 1, Targets = AdapterTargets.Input }).Count);

    [Fact]
    public void Bottleneck_NeedsAFeedForwardSublayer()
    {
        Assert.Contains("feed-forward sublayer", Assert.Single(Faults(TinyModels.Gru, new HoulsbyConfig())), StringComparison.Ordinal);
        Assert.Contains("with 0 layers", Assert.Single(Faults(TinyModels.Mlp with { Layers = 0 }, new PfeifferConfig())), StringComparison.Ordinal);
        Assert.Contains("at least 1", Assert.Single(Faults(TinyModels.Mlp, new PfeifferConfig { Size = 0 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Usual_FitsEveryEncoderThatHasAny() => Assert.All(
        Combinations.All.Select(kinds => kinds.Encoder).Distinct().Select(Combinations.Encoder).Where(encoder => AdapterRules.Adaptable(encoder) != AdapterTargets.None),
        encoder => Assert.Empty(Faults(encoder, new LoraConfig { Targets = AdapterRules.Usual(encoder) })));

    [Fact]
    public void Json_NamesKindAndTargets_AndComesBackTheSame()
    {
        ClassifierConfig[] configs = [.. new AdapterConfig[] { new LoraConfig { Rank = 4, Targets = AdapterTargets.Key | AdapterTargets.Outer }, new AdaLoraConfig(), new HoulsbyConfig(), new PfeifferConfig { Size = 3 } }
            .Select(adapter => TinyModels.Plain(TinyModels.Transformer) with { Adapter = adapter })];

        Assert.All(configs, config => Assert.Equal(config.Adapter, JsonSerializer.Deserialize<ClassifierConfig>(JsonFiles.ToBytes(config), JsonFiles.Options)!.Adapter));
        var json = JsonSerializer.SerializeToNode(configs[0], JsonFiles.Options)!["adapter"]!;
        Assert.Equal("""{"type":"lora","rank":4,"alpha":8,"dropout":0,"targets":["key","outer"]}""", json.ToJsonString());
    }

    [Fact]
    public void WithoutAnAdapter_TheFileIsAsItAlwaysWas() =>
        Assert.DoesNotContain("adapter", JsonSerializer.Serialize(TinyModels.Plain(), JsonFiles.Options), StringComparison.Ordinal);

    [Theory]
    [InlineData("""["query","query"]""")]
    [InlineData("""["querry"]""")]
    [InlineData("\"query\"")]
    [InlineData("[3]")]
    public void OddTargets_AreRefused(string targets) => Assert.Throws<JsonException>(() =>
        JsonSerializer.Deserialize<AdapterConfig>($$"""{"type":"lora","targets":{{targets}}}""", JsonFiles.Options));

    private static IReadOnlyList<string> Faults(EncoderConfig encoder, AdapterConfig adapter) =>
        ClassifierConfigValidation.Check(TinyModels.Plain(encoder) with { Adapter = adapter });
}
