using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>States of tokens, end to end. [N, H] float, outside the collected heap.</summary>
internal static class OnnxRows
{
    /// <summary>Part of what a text holds.</summary>
    public delegate ReadOnlySpan<float> Part(OnnxText text);

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

    /// <summary>What texts hold, end to end. Texts are one or more.</summary>
    public static OrtValue Of(IReadOnlyList<OnnxText> texts, Part part)
    {
        var tokens = texts.Sum(text => text.Length);
        var rows = Allocate(tokens, part(texts[0]).Length / texts[0].Length);
        var target = rows.GetTensorMutableDataAsSpan<float>();
        foreach (var text in texts)
        {
            var values = part(text);
            values.CopyTo(target);
            target = target[values.Length..];
        }

        return rows;
    }

    /// <summary>Some of the rows. [count, H]</summary>
    public static ReadOnlySpan<float> Slice(OrtValue rows, int first, int count)
    {
        var width = Width(rows);
        return rows.GetTensorDataAsSpan<float>().Slice(first * width, count * width);
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

    private static OrtValue Allocate(int rows, int width) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [rows, width]);
}
