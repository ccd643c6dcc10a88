namespace FeedbackService.Testing.Hostile;

/// <summary>A checkpoint cut at every byte.</summary>
internal sealed class TruncatedWeights : IHostileSource
{
    public string Name => "truncated weights";

    public HostileInput Make(long number, Random random)
    {
        var length = (int)(number % SmallWeights.Valid.Length);
        return new HostileInput(new Dictionary<string, byte[]> { [SmallWeights.Name] = SmallWeights.Valid[..length] }, SmallWeights.Read, MustBeRefused: true);
    }
}
