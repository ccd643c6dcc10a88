namespace FeedbackService.Testing.Hostile;

/// <summary>A checkpoint with every bit of its header turned round; after all of them, with several.</summary>
internal sealed class FlippedHeaders : IHostileSource
{
    public string Name => "flipped header";

    public HostileInput Make(long number, Random random)
    {
        var bytes = (byte[])SmallWeights.Valid.Clone();
        var bits = 8 * SmallWeights.HeaderLength;
        Flip(bytes, (int)(number % bits));
        for (var more = number / bits; more > 0 && more < 8; more--)
        {
            Flip(bytes, random.Next(bits));
        }

        return new HostileInput(new Dictionary<string, byte[]> { [SmallWeights.Name] = bytes }, SmallWeights.Read);
    }

    private static void Flip(byte[] bytes, int bit) => bytes[bit / 8] ^= (byte)(1 << (bit % 8));
}
