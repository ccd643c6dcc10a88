using System.Runtime.Intrinsics;
using FeedbackService.Model.Randomness;

namespace FeedbackService.Model.Tests.Randomness;

public sealed class ThreefryTests
{
    // The authors' vectors for 20 rounds (Random123, kat_vectors).
    [Theory]
    [InlineData(0x0000000000000000, 0x00000000, 0x00000000, 0x6B200159, 0x99BA4EFE)]
    [InlineData(0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x1CB996FC, 0xBB002BE7)]
    [InlineData(0x0370734413198A2E, 0x243F6A88, 0x85A308D3, 0xC4923A9C, 0x483DF7A0)]
    public void Words_AreThoseOfTheAuthors(ulong key, uint low, uint high, uint first, uint second)
    {
        var words = Threefry.Words(key, Vector256.Create(low), Vector256.Create(high));

        Assert.Equal(Vector256.Create(first), words.First);
        Assert.Equal(Vector256.Create(second), words.Second);
    }

    [Fact]
    public void Lanes_AreIndependent()
    {
        var (first, _) = Threefry.Words(7, Vector256<uint>.Indices, Vector256<uint>.Zero);

        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
        {
            Assert.Equal(Threefry.Words(7, Vector256.Create((uint)lane), Vector256<uint>.Zero).First[0], first[lane]);
        }
    }
}
