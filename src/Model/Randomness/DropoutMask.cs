using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Randomness;

/// <summary>What dropout multiplies with on a CPU: 0 with the given probability, else 1 / (1 − probability), each element by itself.</summary>
internal static class DropoutMask
{
    /// <summary>Elements that one thread makes before it takes the next: a multiple of <see cref="BlockElements"/>, for counters, and enough to be worth waking a thread.</summary>
    public const int PartElements = 1 << 16;

    // Of one call of the generator: two words for each lane.
    private static readonly int BlockElements = 2 * Vector256<uint>.Count;

    /// <summary>A mask of a shape. Its numbers depend on key and place alone, not on how many threads (as many as libtorch has) make it.</summary>
    /// <param name="key">Which mask.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="probability">Of a zero; 0 or more, below 1. Kept to 2⁻³².</param>
    /// <returns>[shape] float32 on the CPU.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such probability.</exception>
    public static Tensor Create(ulong key, ReadOnlySpan<long> shape, double probability)
    {
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Give 0 or more, below 1.");
        }

        var mask = empty(shape, float32, CPU);
        using var flat = mask.view(-1);
        var count = flat.shape[0];
        var parts = (count + PartElements - 1) / PartElements;
        if (parts <= 1)
        {
            FillPart(0);
        }
        else
        {
            Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, FillPart);
        }

        return mask;

        void FillPart(long part)
        {
            var start = part * PartElements;
            using var view = flat.narrow(0, start, Math.Min(PartElements, count - start));
            Fill(MemoryMarshal.Cast<byte, float>(view.bytes), key, (ulong)(start / BlockElements), probability);
        }
    }

    private static void Fill(Span<float> elements, ulong key, ulong firstBlock, double probability)
    {
        var dropped = Vector256.Create((uint)Math.Min(uint.MaxValue, Math.Round(probability * (1UL << 32))));
        var kept = Vector256.Create((float)(1 / (1 - probability)));
        Span<float> last = stackalloc float[BlockElements];
        for (var (start, block) = (0, firstBlock); start < elements.Length; start += BlockElements, block++)
        {
            var counter = block * (ulong)Vector256<uint>.Count;
            var (first, second) = Threefry.Words(key, Vector256.Create((uint)counter) + Vector256<uint>.Indices, Vector256.Create((uint)(counter >> 32)));
            var isWhole = elements.Length - start >= BlockElements;
            var target = isWhole ? elements.Slice(start, BlockElements) : last;
            (Vector256.GreaterThanOrEqual(first, dropped).AsSingle() & kept).CopyTo(target);
            (Vector256.GreaterThanOrEqual(second, dropped).AsSingle() & kept).CopyTo(target[Vector256<float>.Count..]);
            if (!isWhole)
            {
                last[..(elements.Length - start)].CopyTo(elements[start..]);
            }
        }
    }
}
