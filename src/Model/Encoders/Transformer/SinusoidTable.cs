using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>
/// PE(p, 2i) = sin(p / 10000^(2i/H)), PE(p, 2i+1) = cos of the same (Vaswani et al. 2017, section 3.5). Made once per device; it is no weight, so no state dict
/// holds it.
/// </summary>
internal sealed class SinusoidTable(int positions, int width) : IDisposable
{
    private const double Longest = 10_000;

    private readonly Lock _gate = new();
    private Tensor? _table;

    /// <summary>Rows of positions. [N] int64 → [N, H] float32.</summary>
    public Tensor Look(Tensor positionsOfRows)
    {
        lock (_gate)
        {
            if (_table is null || _table.device_type != positionsOfRows.device_type || _table.device_index != positionsOfRows.device_index)
            {
                _table?.Dispose();
                _table = tensor(Values(positions, width), [positions, width], float32, positionsOfRows.device).DetachFromDisposeScope();
            }

            return _table.index_select(0, positionsOfRows);
        }
    }

    /// <summary>The table, row by row.</summary>
    internal static float[] Values(int positions, int width)
    {
        var values = new float[positions * width];
        for (var position = 0; position < positions; position++)
        {
            for (var column = 0; column < width; column++)
            {
                var angle = position / Math.Pow(Longest, (column - (column % 2)) / (double)width);
                values[(position * width) + column] = (float)(column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }

        return values;
    }

    public void Dispose() => _table?.Dispose();
}
