using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeedbackService.Model.Randomness;

/// <summary>
/// Threefry2x32-20 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.2): two random words of a key and a counter, so that any part of
/// a sequence can be made without what precedes it.
/// </summary>
internal static class Threefry
{
    // C240 of the paper's Threefish, cut to a word.
    private const uint Parity = 0x1BD11BDA;

    /// <summary>Two words for each of eight counters.</summary>
    /// <param name="key">Which sequence.</param>
    /// <param name="low">Lower words of the counters.</param>
    /// <param name="high">Upper words of the counters.</param>
    public static (Vector256<uint> First, Vector256<uint> Second) Words(ulong key, Vector256<uint> low, Vector256<uint> high)
    {
        var (key0, key1) = (Vector256.Create((uint)key), Vector256.Create((uint)(key >> 32)));
        var key2 = Vector256.Create(Parity) ^ key0 ^ key1;
        var (first, second) = (low + key0, high + key1);
        (first, second) = FourRounds(first, second, 13, 15, 26, 6);
        (first, second) = FourRounds(first + key1, second + key2 + Vector256.Create(1u), 17, 29, 16, 24);
        (first, second) = FourRounds(first + key2, second + key0 + Vector256.Create(2u), 13, 15, 26, 6);
        (first, second) = FourRounds(first + key0, second + key1 + Vector256.Create(3u), 17, 29, 16, 24);
        (first, second) = FourRounds(first + key1, second + key2 + Vector256.Create(4u), 13, 15, 26, 6);
        return (first + key2, second + key0 + Vector256.Create(5u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> First, Vector256<uint> Second) FourRounds(
        Vector256<uint> first, Vector256<uint> second, int bits0, int bits1, int bits2, int bits3)
    {
        (first, second) = Round(first, second, bits0);
        (first, second) = Round(first, second, bits1);
        (first, second) = Round(first, second, bits2);
        return Round(first, second, bits3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> First, Vector256<uint> Second) Round(Vector256<uint> first, Vector256<uint> second, int bits)
    {
        first += second;
        return (first, ((second << bits) | (second >>> (32 - bits))) ^ first);
    }
}
