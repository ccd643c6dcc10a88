using static TorchSharp.torch;

namespace FeedbackService.Testing;

/// <summary>
/// Compares back-propagation with central differences (f(θ + h) − f(θ − h)) / 2h, parameter by parameter, in float64.
/// </summary>
/// <remarks>
/// Of every parameter the entry with the steepest slope and a few drawn ones are moved. With h = 1e-5 the differences are off by about h² from
/// the curvature and by 1e-16/h from rounding: some 1e-10 of a loss near 1. The loss must be smooth there; kinks of relu or ties of a maximum are not.
/// </remarks>
public static class GradientCheck
{
    private const double Step = 1e-5;
    private const int Seed = 5;

    // Slopes below count as this much: the differences carry some 5e-11 of rounding whatever the slope.
    private const double Floor = 1e-4;

    /// <summary>Largest relative deviation to be put up with: what the differences themselves can tell.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>Moves every parameter by N(0, deviation²) from a fixed seed, so that nothing is zero or equal and every slope is well above rounding.</summary>
    public static void Stir(nn.Module module, double deviation)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var generator = new Generator((ulong)Seed);
        foreach (var parameter in module.parameters())
        {
            parameter.add_(randn(parameter.shape, generator: generator).to(parameter.dtype), alpha: deviation);
        }
    }

    /// <summary>One deviation per parameter that wants a gradient, in the order of the state dictionary.</summary>
    /// <param name="model">In float64 and in evaluation mode: what is computed twice must be the same.</param>
    /// <param name="loss">Computes the loss as a scalar float64 tensor, the same for the same parameters.</param>
    /// <param name="drawn">Entries per parameter besides the steepest.</param>
    public static IReadOnlyList<GradientDeviation> Run(nn.Module model, Func<Tensor> loss, int drawn = 3)
    {
        using var scope = NewDisposeScope();
        loss().backward();
        var random = new Random(Seed);
        var found = new List<GradientDeviation>();
        foreach (var (name, parameter) in model.named_parameters().Where(entry => entry.parameter.requires_grad))
        {
            found.Add(parameter.grad is { } gradient
                ? Compare(name, parameter, gradient.is_sparse ? gradient.to_dense() : gradient, loss, drawn, random)
                : new GradientDeviation(name, Slope: 0, Relative: double.PositiveInfinity));
        }

        return found;
    }

    private static GradientDeviation Compare(string name, Tensor parameter, Tensor gradient, Func<Tensor> loss, int drawn, Random random)
    {
        var slopes = gradient.reshape(-1).data<double>().ToArray();
        var steepest = Enumerable.Range(0, slopes.Length).MaxBy(entry => Math.Abs(slopes[entry]));
        int[] entries = [steepest, .. Enumerable.Range(0, drawn).Select(_ => random.Next(slopes.Length))];
        var (off, size) = (0.0, 0.0);
        foreach (var entry in entries.Distinct())
        {
            var difference = (Moved(parameter, entry, Step, loss) - Moved(parameter, entry, -Step, loss)) / (2 * Step);
            off += Math.Pow(difference - slopes[entry], 2);
            size += Math.Pow(Math.Max(Math.Abs(difference), Math.Abs(slopes[entry])), 2);
        }

        return new GradientDeviation(name, Math.Abs(slopes[steepest]), Math.Sqrt(off) / Math.Max(Math.Sqrt(size), Floor));
    }

    private static double Moved(Tensor parameter, int entry, double step, Func<Tensor> loss)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var place = parameter.view(-1).narrow(0, entry, 1);
        var before = place.clone();
        place.add_(tensor(new[] { step }));
        var value = loss().item<double>();
        place.copy_(before);
        return value;
    }
}
