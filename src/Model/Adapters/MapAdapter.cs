using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>
/// What stands beside a linear map: a map of low rank for each adapted slice of its output. The module of the map <c>x</c> is called <c>x_adapter</c>, which
/// merging relies on.
/// </summary>
internal sealed class MapAdapter : nn.Module
{
    private readonly List<(long Start, LowRankDelta Delta)> _parts = [];

    private MapAdapter()
        : base(nameof(MapAdapter))
    {
    }

    /// <summary>Makes it; null when the configuration adapts no slice of the map.</summary>
    /// <param name="config">Null for none.</param>
    /// <param name="inputs">Width of the map's input.</param>
    /// <param name="slices">The slices of the map's output in their order, each with its width.</param>
    public static MapAdapter? Create(AdapterConfig? config, int inputs, params ReadOnlySpan<(AdapterTargets Target, int Width)> slices)
    {
        if (config is not LowRankConfig lowRank)
        {
            return null;
        }

        var adapter = new MapAdapter();
        var start = 0L;
        foreach (var (target, width) in slices)
        {
            if (lowRank.Targets.HasFlag(target))
            {
                LowRankDelta delta = lowRank switch
                {
                    AdaLoraConfig singular => new SingularDelta(singular, inputs, width),
                    LoraConfig lora => new LoraDelta(lora, inputs, width),
                    _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "No map is known for it."),
                };
                adapter._parts.Add((start, delta));
                adapter.register_module(AdapterTargetsConverter.NamesOf(target)[0], delta);
            }

            start += width;
        }

        if (adapter._parts.Count > 0)
        {
            return adapter;
        }

        adapter.Dispose();
        return null;
    }

    /// <summary>Adds the adapted slices to the output of the map, in place: a map of a batch is as large as anything the encoder holds.</summary>
    /// <param name="output">Of the map. [N, outputs] float, not a leaf.</param>
    /// <param name="input">What the map has read. [N, inputs] float.</param>
    /// <returns><paramref name="output"/>.</returns>
    public Tensor Add(Tensor output, Tensor input)
    {
        foreach (var (start, delta) in _parts)
        {
            using var slice = output.narrow(1, start, delta.Outputs);
            delta.AddTo(slice, input);
        }

        return output;
    }

    /// <summary>W₀ + (α/r)·BA, computed in float64 and rounded once. [outputs, inputs] float, in the current dispose scope.</summary>
    /// <param name="weight">W₀. [outputs, inputs] float.</param>
    public Tensor MergeInto(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var wide = weight.detach().to(ScalarType.Float64, copy: true);
        foreach (var (start, delta) in _parts)
        {
            var slice = wide.narrow(0, start, delta.Outputs);
            slice.AddInPlace(delta.ToMatrix());
        }

        return wide.to(weight.dtype).MoveToOuterDisposeScope();
    }
}
