using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

public sealed class LoraTests
{
    [Fact]
    public void QueryAndValue_AreSlicesOfTheFusedMap()
    {
        using var scope = NewDisposeScope();
        using var adapter = MapAdapter.Create(new LoraConfig { Rank = 2, Alpha = 3 }, 4, (AdapterTargets.Query, 4), (AdapterTargets.Key, 4), (AdapterTargets.Value, 4))!;
        TinyModels.Draw(adapter, 2);
        var state = adapter.state_dict();
        var input = randn(5, 4);

        var output = adapter.Add(zeros(5, 12), input);

        Assert.Equal(["query.a", "query.b", "value.a", "value.b"], state.Keys);
        Tensor Expected(string slice) => input.matmul(state[$"{slice}.a"].t()).matmul(state[$"{slice}.b"].t()) * 1.5;
        Assert.True(output.narrow(1, 0, 4).allclose(Expected("query"), 1e-5, 1e-6));
        Assert.Equal(0, output.narrow(1, 4, 4).abs().max().item<float>());
        Assert.True(output.narrow(1, 8, 4).allclose(Expected("value"), 1e-5, 1e-6));
    }

    [Fact]
    public void AtTheStart_AIsRandomAndBIsZero()
    {
        using var scope = NewDisposeScope();
        using var adapter = MapAdapter.Create(new LoraConfig { Rank = 64, Targets = AdapterTargets.Inner }, 400, (AdapterTargets.Inner, 30))!;
        var state = adapter.state_dict();

        Assert.Equal(0, state["inner.b"].abs().max().item<float>());
        // Relative standard error of a deviation over 25,600 draws: 0.0044.
        Assert.Equal(1 / Math.Sqrt(400), state["inner.a"].std().item<float>(), 1e-3);
    }

    [Fact]
    public void Dropout_IsOfTheAdapterAlone_AndOffInEvaluation()
    {
        using var scope = NewDisposeScope();
        using var adapter = MapAdapter.Create(new LoraConfig { Rank = 2, Dropout = 0.5, Targets = AdapterTargets.Inner }, 8, (AdapterTargets.Inner, 8))!;
        TinyModels.Draw(adapter, 2);
        var (input, before) = (ones(1, 8), ones(1, 8));
        float[] Run() => adapter.Add(zeros(1, 8), input).data<float>().ToArray();

        adapter.train();
        var draws = Enumerable.Range(0, 8).Select(_ => Run()).ToList();
        adapter.eval();

        Assert.Contains(draws, draw => !draw.SequenceEqual(draws[0]));
        Assert.Equal(Run(), Run());
        Assert.True(input.equal(before).all().item<bool>());
    }

    [Fact]
    public void Usual_IsQueryAndValueOfATransformer()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new LoraConfig() });

        Assert.Equal(
            ["encoder.layers.0.attention.qkv_adapter.query.a", "encoder.layers.0.attention.qkv_adapter.query.b", "encoder.layers.0.attention.qkv_adapter.value.a", "encoder.layers.0.attention.qkv_adapter.value.b"],
            classifier.state_dict().Keys.Where(name => AdapterParts.IsAdded(name) && name.StartsWith("encoder.layers.0.", StringComparison.Ordinal)));
    }

    [Fact]
    public void WhereNothingOfAMapIsAdapted_ThereIsNoModule() =>
        Assert.Null(MapAdapter.Create(new LoraConfig { Targets = AdapterTargets.Key }, 4, (AdapterTargets.Output, 4)));

    [Fact]
    public void OtherLayersOfTheEncoder_SeeTheAdapter()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new LoraConfig() });
        classifier.eval();
        using var scope = NewDisposeScope();
        var tokens = PackedTokens.Pack(TinyModels.Texts(6));
        var before = classifier.Forward(tokens, CPU, 0)[0];
        using (no_grad())
        {
            classifier.state_dict()["encoder.layers.0.attention.qkv_adapter.query.b"].fill_(1);
        }

        Assert.True((classifier.Forward(tokens, CPU, 0)[0] - before).abs().max().item<float>() > 1e-6);
    }
}
