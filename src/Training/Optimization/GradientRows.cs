using System.Numerics;
using System.Runtime.InteropServices;
using FeedbackService.Model.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>
/// Adds up the rows of a sparse gradient that belong to the same row of the parameter.
/// </summary>
/// <remarks>
/// TorchSharp 0.107 has no <c>coalesce</c>, and libtorch's index_add walks the rows one tensor at a time; a table of n-grams
/// gets tens of thousands of rows per step. Each sum is taken by one thread in the order of appearance, so the bits do
/// not depend on how the work is shared out.
/// </remarks>
internal static class GradientRows
{
    /// <summary>Sums equal rows.</summary>
    /// <param name="rows">Row of the parameter that each row of <paramref name="values"/> belongs to. Length N.</param>
    /// <param name="values">[N, H], contiguous.</param>
    /// <returns>Distinct rows in the order of first appearance, and their sums [R, H].</returns>
    public static (long[] Rows, Tensor Sums) Merge(long[] rows, Tensor values)
    {
        var places = new Dictionary<long, int>(rows.Length);
        var place = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(places, rows[i], out var known);
            if (!known)
            {
                at = places.Count - 1;
            }

            place[i] = at;
        }

        var distinct = new long[places.Count];
        foreach (var (row, at) in places)
        {
            distinct[at] = row;
        }

        if (distinct.Length == rows.Length)
        {
            return (distinct, values.clone());
        }

        return (distinct, values.device_type == DeviceType.CPU && values.dtype == ScalarType.Float32
            ? SumOnCpu(place, distinct.Length, values)
            : zeros([distinct.Length, values.shape[1]], values.dtype, values.device).AddRowsInPlace(torch.tensor(place, ScalarType.Int64, values.device), values));
    }

    private static Tensor SumOnCpu(int[] place, int count, Tensor values)
    {
        // Members of each group side by side: starts[g] … starts[g + 1] in members.
        var starts = new int[count + 1];
        foreach (var group in place)
        {
            starts[group + 1]++;
        }

        for (var group = 0; group < count; group++)
        {
            starts[group + 1] += starts[group];
        }

        var next = starts.AsSpan(0, count).ToArray();
        var members = new int[place.Length];
        for (var i = 0; i < place.Length; i++)
        {
            members[next[place[i]]++] = i;
        }

        var width = (int)values.shape[1];
        var sums = empty([count, width]);
        RowRanges.For(count, width, (from, to) =>
        {
            var source = MemoryMarshal.Cast<byte, float>(values.bytes);
            var target = MemoryMarshal.Cast<byte, float>(sums.bytes);
            for (var group = from; group < to; group++)
            {
                var sum = target.Slice(group * width, width);
                source.Slice(members[starts[group]] * width, width).CopyTo(sum);
                for (var member = starts[group] + 1; member < starts[group + 1]; member++)
                {
                    Add(sum, source.Slice(members[member] * width, width));
                }
            }
        });
        return sums;
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> addend)
    {
        var sumVectors = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var addendVectors = MemoryMarshal.Cast<float, Vector<float>>(addend);
        for (var i = 0; i < sumVectors.Length; i++)
        {
            sumVectors[i] += addendVectors[i];
        }

        for (var i = sumVectors.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] += addend[i];
        }
    }
}
