using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>
/// (α/r)·P·Λ·Q·x with a diagonal Λ (Zhang et al. 2023, arXiv:2303.10512, equation 3): Λ is 0 at the start, P and Q are N(0, 0.02²). Training keeps the columns of P
/// and the rows of Q nearly orthonormal, so that Λ holds what are almost singular values.
/// </summary>
internal sealed class SingularDelta : LowRankDelta
{
    [ComponentName(Name = "p")]
    private readonly Parameter _p;

    [ComponentName(Name = "lambda")]
    private readonly Parameter _lambda;

    [ComponentName(Name = "q")]
    private readonly Parameter _q;

    public SingularDelta(AdaLoraConfig config, int inputs, int outputs)
        : base(nameof(SingularDelta), outputs, config.Dropout, config.Scale)
    {
        _p = Initialization.Normal(Initialization.SmallDeviation, outputs, config.Rank);
        _lambda = Initialization.Constant(0, config.Rank);
        _q = Initialization.Normal(Initialization.SmallDeviation, config.Rank, inputs);
        RegisterComponents();
    }

    /// <summary>The three factors, under a name.</summary>
    public SingularTriplets ToTriplets(string name) => new(name, _p, _lambda, _q);

    public override Tensor ToMatrix()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return (_p * _lambda).matmul(_q).Times(Scale).MoveToOuterDisposeScope();
    }

    protected override Tensor Map(Tensor input) => nn.functional.linear(nn.functional.linear(input, _q) * _lambda, _p); // [N, r], [N, outputs]
}
