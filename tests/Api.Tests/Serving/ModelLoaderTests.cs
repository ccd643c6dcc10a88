using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Who computes a model, and that it makes no difference to its answers.</summary>
public sealed class ModelLoaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("feedback")]
    [InlineData("attending")]
    public async Task EveryProvider_GivesTheSameAnswers(string kind)
    {
        await using var bench = ServingBench.Started();
        var model = bench.Model(kind);
        var expected = await ScoresAsync(bench, model with { Provider = ServingProvider.Torch });

        foreach (var provider in new[] { ServingProvider.Onnx, ServingProvider.Auto })
        {
            Assert.All(expected.Zip(await ScoresAsync(bench, model with { Provider = provider })), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }

        Assert.All(expected.Zip(await ScoresAsync(bench, model with { Provider = ServingProvider.OnnxInt8 })), pair => Assert.Equal(pair.First, pair.Second, 0.1f));
    }

    [Fact]
    public async Task SettingOfAModel_GoesBeforeThatOfAll_AndWhatARequestSaysBeforeBoth()
    {
        await using var bench = ServingBench.Started(new ServingOptions { Provider = ServingProvider.Torch, Providers = { ["rounded"] = ServingProvider.OnnxInt8 } });
        var rounded = bench.Model("rounded", TinyArtifacts.Kinds["attending"]);
        var exact = rounded with { Address = "exact:1", ManifestSha256 = rounded.ManifestSha256 };

        var (first, second) = (await ScoresAsync(bench, rounded), await ScoresAsync(bench, exact));

        Assert.NotEqual(first, second);
        Assert.Equal(first, await ScoresAsync(bench, exact with { Provider = ServingProvider.OnnxInt8 }));
        Assert.True(bench.Cache.Holds(rounded));
    }

    [Fact]
    public async Task ModelThatOnnxRuntimeCannotTell_IsComputedByTorch_ButNotForWhomAsksForTheOther()
    {
        await using var bench = ServingBench.Started(new ServingOptions { Provider = ServingProvider.Onnx });
        var model = bench.Model("bifnn", TinyModels.Plain(TinyModels.Bifnn));

        Assert.Equal(await ScoresAsync(bench, model with { Provider = ServingProvider.Torch }), await ScoresAsync(bench, model));
        var refused = await Assert.ThrowsAsync<ServiceException>(() => ScoresAsync(bench, model with { Provider = ServingProvider.OnnxInt8 }));
        Assert.Equal((422, ModelLoader.NotPossible), (refused.Status, refused.Code));
    }

    private static async Task<float[]> ScoresAsync(ServingBench bench, ServableModel model)
    {
        var answers = await bench.Engine.ClassifyAsync(model, [new("red apples"), new("the sky is not green"), new("blue")], PredictionOptions.Default, truncate: true, WorkPriority.Interactive, Cancel);
        return [.. answers.Items.SelectMany(item => item.Prediction!.Probabilities)];
    }
}
