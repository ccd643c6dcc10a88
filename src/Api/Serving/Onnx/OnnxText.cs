using System.Buffers;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>A text between two rounds, with what the next one starts from.</summary>
/// <param name="length">Its tokens, T.</param>
/// <param name="round">The round it has taken, 0 for the plain pass.</param>
/// <param name="logits">What that said, L numbers.</param>
internal sealed class OnnxText(int length, int round, float[] logits) : IDisposable
{
    private float[]? _anchor;
    private float[]? _states;
    private int _values;

    /// <summary>Tokens.</summary>
    public int Length => length;

    /// <summary>The round it has taken.</summary>
    public int Round => round;

    /// <summary>z of that round.</summary>
    public float[] Logits => logits;

    /// <summary>H_m. [T, H]; empty after the last round.</summary>
    public ReadOnlySpan<float> Anchor => _anchor.AsSpan(0, _values);

    /// <summary>H of its round. [T, H]; empty after the last round.</summary>
    public ReadOnlySpan<float> States => _states.AsSpan(0, _values);

    /// <summary>Copies what the next round starts from.</summary>
    /// <param name="anchor">[T, H].</param>
    /// <param name="states">[T, H].</param>
    public void Hold(ReadOnlySpan<float> anchor, ReadOnlySpan<float> states)
    {
        _values = anchor.Length;
        _anchor = Copy(anchor);
        _states = Copy(states);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(ref _anchor);
        Return(ref _states);
        _values = 0;
    }

    private static float[] Copy(ReadOnlySpan<float> values)
    {
        var copy = ArrayPool<float>.Shared.Rent(values.Length);
        values.CopyTo(copy);
        return copy;
    }

    private static void Return(ref float[]? values)
    {
        if (values is not null)
        {
            ArrayPool<float>.Shared.Return(values);
            values = null;
        }
    }
}
