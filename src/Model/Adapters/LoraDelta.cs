using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>(α/r)·B·A·x (Hu et al. 2022, arXiv:2106.09685, equation 3): B is 0 at the start, A is N(0, 1/inputs).</summary>
internal sealed class LoraDelta : LowRankDelta
{
    [ComponentName(Name = "a")]
    private readonly Parameter _a;

    [ComponentName(Name = "b")]
    private readonly Parameter _b;

    public LoraDelta(LoraConfig config, int inputs, int outputs)
        : base(nameof(LoraDelta), outputs, config.Dropout, config.Scale)
    {
        _a = Initialization.Normal(1 / Math.Sqrt(inputs), config.Rank, inputs);
        _b = Initialization.Constant(0, outputs, config.Rank);
        RegisterComponents();
    }

    public override Tensor ToMatrix()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return _b.matmul(_a).Times(Scale).MoveToOuterDisposeScope();
    }

    protected override Tensor Map(Tensor input) => nn.functional.linear(nn.functional.linear(input, _a), _b); // [N, r], [N, outputs]
}
