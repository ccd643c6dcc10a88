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

    /// <summary>
    /// The same as Hugging Face's tokenizers library does it up to version 0.22: where both texts are cut and the room is odd, the longer one keeps one more,
    /// of two equally long ones the second. Its Python code, and <see cref="Keep"/>, cut one by one and give that one to the first; version 0.23 counts
    /// no further than the room when it asks which is longer.
    /// </summary>
    public static (int First, int Second) KeepFast(int first, int second, int limit)
    {
        var half = limit / 2;
        return first + second > limit && first > half && second > half && first <= second ? (half, limit - half) : Keep(first, second, limit);
    }
}
