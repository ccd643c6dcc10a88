using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>States of tokens, end to end. [1, N, H] float, outside the collected heap.</summary>
internal static class OnnxRows
{
    /// <summary>Rows of one and then rows of another.</summary>
    public static OrtValue Join(OrtValue first, OrtValue second)
    {
        var left = first.GetTensorDataAsSpan<float>();
        var right = second.GetTensorDataAsSpan<float>();
        var width = Width(first);
        var joined = Allocate((left.Length + right.Length) / width, width);
        var target = joined.GetTensorMutableDataAsSpan<float>();
        left.CopyTo(target);
        right.CopyTo(target[left.Length..]);
        return joined;
    }

    /// <summary>The rows of some of the texts.</summary>
    /// <param name="rows">Of all of them.</param>
    /// <param name="lengths">Tokens per text.</param>
    /// <param name="texts">Ascending indices of those that stay.</param>
    public static OrtValue Select(OrtValue rows, IReadOnlyList<int> lengths, IReadOnlyList<int> texts)
    {
        var width = Width(rows);
        var selected = Allocate(texts.Sum(text => lengths[text]), width);
        var source = rows.GetTensorDataAsSpan<float>();
        var target = selected.GetTensorMutableDataAsSpan<float>();
        var (text, from, to) = (0, 0, 0);
        foreach (var kept in texts)
        {
            for (; text < kept; text++)
            {
                from += lengths[text] * width;
            }

            var count = lengths[kept] * width;
            source.Slice(from, count).CopyTo(target.Slice(to, count));
            to += count;
        }

        return selected;
    }

    /// <summary>A table as an array per row. [B, L] float.</summary>
    public static float[][] ToArrays(OrtValue table)
    {
        var values = table.GetTensorDataAsSpan<float>();
        var width = Width(table);
        var arrays = new float[values.Length / width][];
        for (var row = 0; row < arrays.Length; row++)
        {
            arrays[row] = values.Slice(row * width, width).ToArray();
        }

        return arrays;
    }

    private static int Width(OrtValue value) => (int)value.GetTensorTypeAndShape().Shape[^1];

    private static OrtValue Allocate(int rows, int width) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, rows, width]);
}
