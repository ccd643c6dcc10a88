namespace FeedbackService.Model.Tokenization;

/// <summary>How many tokens of each text of a pair stay when both together are too long.</summary>
internal static class PairCut
{
    /// <summary>Cuts the longer one token by token until both fit; of two equally long ones the second.</summary>
    public static (int First, int Second) Keep(int first, int second, int limit)
    {
        if (first + second <= limit)
        {
            return (first, second);
        }

        // The same as cutting one by one: the shorter stays whole while it has at most half of the room.
        var half = limit / 2;
        if (second <= half)
        {
            return (limit - second, second);
        }

        var half2 = limit - half;
        return first <= half2 ? (first, limit - first) : (half2, half);
    }
}
