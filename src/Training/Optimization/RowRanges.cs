namespace FeedbackService.Training.Optimization;

/// <summary>Shares independent rows out to as many threads as libtorch uses.</summary>
internal static class RowRanges
{
    // Below this many numbers the hand-over costs more than the work.
    private const int SmallestShare = 64 * 1024;

    /// <summary>Calls <paramref name="body"/>(from, to) for ranges that cover 0 … count − 1, possibly at the same time.</summary>
    public static void For(int count, int width, Action<int, int> body)
    {
        var shares = (int)Math.Clamp((long)count * width / SmallestShare, 1, TorchSharp.torch.get_num_threads());
        if (shares == 1)
        {
            body(0, count);
            return;
        }

        Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = shares }, share =>
            body((int)((long)count * share / shares), (int)((long)count * (share + 1) / shares)));
    }
}
