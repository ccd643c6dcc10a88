using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>
/// Sweeps until nothing moves. A text that has settled keeps its states, so that what a text gets does not hang on which others are in its batch.
/// </summary>
internal static class BifnnSolver
{
    /// <summary>Solves from 0, without gradient.</summary>
    /// <returns>States by time [N, D] float, in the current dispose scope; sweeps and residual of each text.</returns>
    public static (Tensor States, int[] Sweeps, float[] Residuals) Solve(BifnnSystem system, BifnnEncoderConfig config, int texts)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (sweeps, residuals) = (new int[texts], new float[texts]);
        Array.Fill(residuals, float.PositiveInfinity);
        Tensor? states = null;
        for (var sweep = 0; sweep < config.MaxSweeps; sweep++)
        {
            var moving = residuals.Select(residual => !(residual <= config.Tolerance)).ToArray();
            if (!moving.Contains(true))
            {
                break;
            }

            using var inner = NewDisposeScope();
            var next = system.Sweep(states, config.Order, sweep);
            if (states is not null && moving.Contains(false))
            {
                bool[] rows = [.. system.Order.Texts.Select(text => moving[text])];
                next = where(tensor(rows, [rows.Length, 1], device: next.device), next, states);
            }

            var changes = Changes(next, states, system.Order, texts);
            for (var text = 0; text < texts; text++)
            {
                if (moving[text])
                {
                    (sweeps[text], residuals[text]) = (sweep + 1, changes[text]);
                }
            }

            states?.Dispose();
            states = next.MoveToOuterDisposeScope();
        }

        return (states!.MoveToOuterDisposeScope(), sweeps, residuals);
    }

    /// <summary>Largest change of a feature of each text. Rows by time [N, D] float; the old ones null for 0 everywhere.</summary>
    public static float[] Changes(Tensor states, Tensor? before, TimeOrder order, int texts)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var rows = (before is null ? states : states - before).abs().amax([1]).to(ScalarType.Float32).cpu().data<float>();
        var changes = new float[texts];
        var row = 0;
        foreach (var change in rows)
        {
            var text = order.Texts[row++];

            // Not Math.Max's business to lose a NaN: it keeps it.
            changes[text] = Math.Max(changes[text], change);
        }

        return changes;
    }
}
