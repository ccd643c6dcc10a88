using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using FeedbackService.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Optimization;

public sealed class OptimizerTests
{
    private const double Rate = 0.01;
    private const double Decay = 0.1;

    public static TheoryData<string> Rules => ["sgd", "adam", "adamw"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void TenSteps_EqualTorchSharpsOptimizer(string rule)
    {
        using var scope = NewDisposeScope();
        var ours = Weight([3, 4]);
        var theirs = new Parameter(ours.detach().clone());
        using var optimizer = Create(rule, [new TrainableParameter("w", ours)]);
        optim.Optimizer reference = rule switch
        {
            "sgd" => optim.SGD([theirs], Rate, momentum: 0.9, weight_decay: Decay),
            "adam" => optim.Adam([theirs], Rate, weight_decay: Decay),
            _ => optim.AdamW([theirs], Rate, weight_decay: Decay),
        };

        for (var step = 0; step < 10; step++)
        {
            var input = randn([3, 4], generator: Seeded(step));
            Backward(ours, input);
            Backward(theirs, input);
            optimizer.Step(ParameterGradient.Collect(optimizer.Parameters), Rate);
            reference.step();
        }

        Assert.InRange((ours - theirs).abs().max().item<float>(), 0, 1e-6);
    }

    // Seed items 1-11 and 1-12: one step from θ = 1 with g = 0.5. Without the rate before the decay it would be 0.989, and λ = 0.01 would take 63 % of
    // every weight in 100 steps; the 0.98 printed in the seed is neither.
    [Fact]
    public void AdamW_ScalesTheDecayByTheLearningRate()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(1, ScalarType.Float64));
        var parameter = new TrainableParameter("w", weight);
        using var optimizer = new AdamOptimizer([parameter], weightDecay: 0.01, decoupled: true);

        optimizer.Step([new ParameterGradient(parameter, full(1, 0.5, ScalarType.Float64))], 0.001);

        // 1·(1 − 0.001·0.01) − 0.001·0.5 / (0.5 + 1e-8)
        Assert.Equal(0.99899000002, weight.item<double>(), 1e-12);
        Assert.Equal(0.989, 1 - (0.001 * 0.5 / (0.5 + 1e-8)) - 0.01, 1e-7);
        Assert.Equal(0.366, Math.Pow(1 - 0.01, 100), 1e-3);
    }

    [Fact]
    public void SparseGradient_LeavesOtherRowsAlone()
    {
        using var scope = NewDisposeScope();
        using var table = Table(6, 8, ScalarType.Float32, sparse: true);
        var before = table.weight!.detach().clone();
        using var optimizer = Create("adamw", [new TrainableParameter("w", table.weight)]);

        Lookup(table, tensor([2L, 5]), ones([2, 8]));
        optimizer.Step(ParameterGradient.Collect(optimizer.Parameters), Rate);

        var moved = (table.weight - before).abs().sum(1).data<float>().ToArray().Select(change => change > 0);
        Assert.Equal([false, false, true, false, false, true], moved);
        Assert.Equal([0f, 0, 1, 0, 0, 1], optimizer.State["w.mean_square_sum"].data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void State_CarriedToAnotherOptimizer_GoesOnBitForBit(string rule)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Weight([3, 4]), Weight([3, 4]));
        using var first = Create(rule, [new TrainableParameter("w", one)]);
        using var second = Create(rule, [new TrainableParameter("w", other)]);
        Steps(first, one, 0, 10);
        using (var early = Create(rule, [new TrainableParameter("w", other)]))
        {
            Steps(early, other, 0, 4);
            second.Load(early.State);
        }

        Steps(second, other, 4, 10);

        Assert.Equal(one.data<float>().ToArray(), other.data<float>().ToArray());
    }

    [Fact]
    public void Clip_CountsRowsOnceMergedAndScalesAll()
    {
        using var scope = NewDisposeScope();
        using var table = Table(4, 2, ScalarType.Float32, sparse: true);
        var vector = Weight([2]);
        TrainableParameter[] parameters = [new("table", table.weight!), new("vector", vector)];
        Lookup(table, tensor([1L, 1]), tensor([1f, 0, 2, 0], [2, 2])); // merged: row 1 = (3, 0)
        vector.grad = tensor([0f, 4]);
        var gradients = ParameterGradient.Collect(parameters);

        var norm = GradientClipping.Clip(gradients, maxNorm: 1);

        Assert.Equal(5, norm, 1e-5);
        Assert.Equal([0.6f, 0f], gradients[0].Values.data<float>().ToArray().Select(value => MathF.Round(value, 4)));
        Assert.Equal([0f, 0.8f], gradients[1].Values.data<float>().ToArray().Select(value => MathF.Round(value, 4)));
    }

    [Fact]
    public void Clip_BelowTheLimit_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        var parameter = new TrainableParameter("w", Weight([2]));
        var gradients = new[] { new ParameterGradient(parameter, tensor([3f, 4])) };

        Assert.Equal(5, GradientClipping.Clip(gradients, 5.001), 1e-5);
        Assert.Equal(5, GradientClipping.Clip(gradients, 0), 1e-5);
        Assert.Equal([3f, 4f], gradients[0].Values.data<float>().ToArray());
    }

    [Theory]
    [InlineData(ScalarType.Float32)] // the single pass over rows
    [InlineData(ScalarType.Float64)] // tensor operations, as on other devices
    public void Table_MovesByRowWiseAdagrad(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(zeros([3, 2], type));
        using var optimizer = new SgdOptimizer([new TrainableParameter("table", weight, LearningRateFactor: 0.5)], weightDecay: 0.1);
        void Step(float x, float y) => optimizer.Step([new ParameterGradient(optimizer.Parameters[0], tensor(new[] { x, y }, [1, 2]).to(type), [1])], learningRate: 0.2);

        Step(3, 4); // mean square 12.5, rate 0.1
        Step(0, 5); // plus 12.5

        double[] expected = [0, 0, -0.1 * 3 / Math.Sqrt(12.5), (-0.1 * 4 / Math.Sqrt(12.5)) - (0.1 * 5 / 5), 0, 0];
        Assert.Equal(expected, weight.to(ScalarType.Float64).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0f, 25f, 0f], optimizer.State["table.mean_square_sum"].data<float>().ToArray());
    }

    [Fact]
    public void Groups_DecayMatricesOnlyAndSpeedUpTheFeedbackScale()
    {
        using var model = nn.Sequential(("embedding", nn.Embedding(4, 2)), ("linear", nn.Linear(2, 2)), ("norm", nn.LayerNorm(2)));

        var decaying = ParameterGroups.Of(model, new(), peakLearningRate: 0.001).Where(parameter => parameter.Decays).Select(parameter => parameter.Name);

        Assert.Equal(["linear.weight"], decaying);
    }

    [Theory]
    [InlineData("mlp", FusionKind.Attention)]
    [InlineData("rnn", FusionKind.Gated)]
    [InlineData("lstm", FusionKind.Gated)]
    [InlineData("gru", FusionKind.Gated)]
    [InlineData("bifnn", FusionKind.Gated)]
    [InlineData("transformer", FusionKind.Add)]
    public void Groups_OfAClassifier_DecayNoBiasNormEmbeddingOrScale(string encoder, FusionKind fusion)
    {
        using var model = ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), fusion: fusion));

        var parameters = ParameterGroups.Of(model, new() { ScaleLearningRateFactor = 10 }, peakLearningRate: 0.001);

        Assert.Equal(model.named_parameters().Select(entry => entry.name), parameters.Select(parameter => parameter.Name));
        Assert.Contains(parameters, parameter => parameter is { Name: "head.projection.weight", Decays: true });
        Assert.All(parameters, parameter => Assert.Equal(
            !new[] { "bias", "norm", "embedding", "scale", "beta" }.Any(part => parameter.Name.Contains(part, StringComparison.Ordinal)), parameter.Decays));
        Assert.Equal(["feedback_loop.reentry.scale"], parameters.Where(parameter => parameter.LearningRateFactor == 10).Select(parameter => parameter.Name));
    }

    // Recurrent encoders call their embedding as the mlp encoder calls its table of n-grams.
    [Theory]
    [InlineData("mlp", true)]
    [InlineData("rnn", false)]
    [InlineData("lstm", false)]
    [InlineData("gru", false)]
    [InlineData("bifnn", false)]
    [InlineData("transformer", false)]
    public void RateOfTheTable_IsForNgramsAlone(string encoder, bool hasTable)
    {
        using var model = ClassifierFactory.Create(TinyModels.Plain(Combinations.Encoder(encoder)));

        var parameters = ParameterGroups.Of(model, new() { TableLearningRate = 0.5 }, peakLearningRate: 0.001);

        Assert.Equal(hasTable ? ["encoder.embedding.weight"] : [], parameters.Where(parameter => parameter.LearningRateFactor > 10).Select(parameter => parameter.Name));
    }

    private static void Steps(ParameterOptimizer optimizer, Parameter weight, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            using var scope = NewDisposeScope();
            Backward(weight, randn([3, 4], generator: Seeded(step)));
            optimizer.Step(ParameterGradient.Collect(optimizer.Parameters), Rate);
        }
    }

    private static ParameterOptimizer Create(string rule, IReadOnlyList<TrainableParameter> parameters) => rule switch
    {
        "sgd" => new SgdOptimizer(parameters, Decay),
        "adam" => new AdamOptimizer(parameters, Decay, decoupled: false),
        _ => new AdamOptimizer(parameters, Decay, decoupled: true),
    };

    private static Parameter Weight(long[] shape) => new(randn(shape, generator: Seeded(7)));

    private static Generator Seeded(int seed) => new((ulong)seed + 100);

    private static void Backward(Parameter weight, Tensor input)
    {
        weight.grad = null;
        (weight * input).sum().add((weight * weight * input.abs()).sum()).backward();
    }

    private static Embedding Table(int rows, int width, ScalarType type, bool sparse)
    {
        var table = nn.Embedding(rows, width, sparse: sparse, dtype: type);
        using var noGradient = no_grad();
        table.weight!.copy_(randn([rows, width], type, generator: Seeded(1)));
        return table;
    }

    private static void Lookup(Embedding table, Tensor ids, Tensor slopes)
    {
        table.weight!.grad = null;
        (table.call(ids) * slopes).sum().backward();
    }
}
