using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

public sealed class SingularTripletsTests
{
    [Fact]
    public void Map_IsTheProductOfTheThree()
    {
        using var scope = NewDisposeScope();
        using var adapter = MapAdapter.Create(new AdaLoraConfig { Rank = 2, Alpha = 3, Targets = AdapterTargets.Outer }, 5, (AdapterTargets.Outer, 4))!;
        TinyModels.Draw(adapter, 2);
        var state = adapter.state_dict();
        var input = randn(3, 5);

        var output = adapter.Add(zeros(3, 4), input);

        Assert.Equal(["outer.p", "outer.lambda", "outer.q"], state.Keys);
        var matrix = state["outer.p"].matmul(diag(state["outer.lambda"])).matmul(state["outer.q"]) * 1.5;
        Assert.True(output.allclose(input.matmul(matrix.t()), 1e-5, 1e-6));
    }

    [Fact]
    public void AtTheStart_LambdaIsZero_AndTheOthersAreSmall()
    {
        using var classifier = Create(rank: 8);
        using var scope = NewDisposeScope();

        Assert.All(SingularTriplets.Of(classifier), triplets =>
        {
            Assert.Equal(0, triplets.Lambda.abs().max().item<float>());
            Assert.Equal(0.02, triplets.P.std().item<float>(), 0.01);
            Assert.Equal(0.02, triplets.Q.std().item<float>(), 0.01);
        });
    }

    [Fact]
    public void Penalty_IsTheSquaredDistanceFromOrthonormalFactors()
    {
        using var classifier = Create(rank: 2);
        var triplets = SingularTriplets.Of(classifier)[0];
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            triplets.P.zero_();
            triplets.Q.zero_();
            // P = [[2, 1], [0, 1], …]: PᵀP − I = [[3, 2], [2, 1]], squares 9 + 4 + 4 + 1. Q = [[1, 0, …], [0, 3, …]]: QQᵀ − I = diag(0, 8).
            Set(triplets.P, (0, 0, 2), (0, 1, 1), (1, 1, 1));
            Set(triplets.Q, (0, 0, 1), (1, 1, 3));
        }

        Assert.Equal(18 + 64, triplets.Penalty().item<float>(), 1e-4f);
        triplets.Penalty().backward();
        Assert.True(triplets.P.grad!.abs().max().item<float>() > 1);
    }

    [Fact]
    public void Penalty_OfOrthonormalFactors_IsNothing()
    {
        using var classifier = Create(rank: 4);
        var triplets = SingularTriplets.Of(classifier)[0];
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            nn.init.orthogonal_(triplets.P);
            nn.init.orthogonal_(triplets.Q);
        }

        Assert.InRange(triplets.Penalty().item<float>(), 0, 1e-8f);
    }

    [Fact]
    public void Triplets_ComeInTheOrderOfTheState_AndOfNoOtherAdapter()
    {
        using var classifier = Create(rank: 2);
        using var lora = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new LoraConfig() });

        Assert.Equal(
            [.. classifier.state_dict().Keys.Where(name => name.EndsWith(".lambda", StringComparison.Ordinal))],
            SingularTriplets.Of(classifier).Select(triplets => triplets.Name + ".lambda"));
        Assert.Empty(SingularTriplets.Of(lora));
    }

    private static void Set(Tensor matrix, params ReadOnlySpan<(long Row, long Column, float Value)> entries)
    {
        foreach (var (row, column, value) in entries)
        {
            matrix[row, column] = value;
        }
    }

    private static TextClassifier Create(int rank) =>
        ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new AdaLoraConfig { Rank = rank, Targets = AdaptedModels.AllOfTransformer } });
}
