using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class PairCutTests
{
    [Fact]
    public void Keep_IsCuttingTheLongerOneByOne() => Compare(PairCut.Keep, (first, second, limit) =>
    {
        while (first + second > limit)
        {
            (first, second) = first > second ? (first - 1, second) : (first, second - 1);
        }

        return (first, second);
    });

    /// <summary>The rule of the tokenizers library as published (utils/truncation.rs, versions 0.10 to 0.22).</summary>
    [Fact]
    public void KeepFast_IsTheRuleOfTheTokenizersLibrary() => Compare(PairCut.KeepFast, (first, second, limit) =>
    {
        if (first + second <= limit)
        {
            return (first, second);
        }

        var (shorter, longer) = (Math.Min(first, second), Math.Max(first, second));
        longer = shorter > limit ? shorter : Math.Max(shorter, limit - shorter);
        if (shorter + longer > limit)
        {
            (shorter, longer) = (limit / 2, (limit / 2) + (limit % 2));
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    });

    private static void Compare(Func<int, int, int, (int First, int Second)> sut, Func<int, int, int, (int First, int Second)> rule)
    {
        for (var first = 0; first < 13; first++)
        {
            for (var second = 0; second < 13; second++)
            {
                for (var limit = 0; limit < 26; limit++)
                {
                    Assert.Equal(rule(first, second, limit), sut(first, second, limit));
                }
            }
        }
    }
}
