using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>A map of low rank that is added to a linear map, or to a slice of its output. Zero at the start.</summary>
internal abstract class LowRankDelta(string name, int outputs, double dropout, double scale) : nn.Module(name)
{
    /// <summary>Width of what it is added to.</summary>
    public int Outputs => outputs;

    /// <summary>α/r.</summary>
    protected double Scale => scale;

    /// <summary>Adds the map of the rows to what is already there, in place.</summary>
    /// <param name="target">A view. [N, outputs] float.</param>
    /// <param name="input">Rows. [N, inputs] float.</param>
    public void AddTo(Tensor target, Tensor input)
    {
        using var scope = NewDisposeScope();
        target.AddScaledInPlace(Map(training ? RandomDropout.Apply(input, dropout) : input), scale);
    }

    /// <summary>The map itself, times α/r. [outputs, inputs], without gradient.</summary>
    public abstract Tensor ToMatrix();

    /// <summary>Rows [N, inputs] float to [N, outputs] float, without α/r.</summary>
    protected abstract Tensor Map(Tensor input);
}
