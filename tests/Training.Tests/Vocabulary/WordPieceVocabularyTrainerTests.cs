using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Vocabulary;

namespace FeedbackService.Training.Tests.Vocabulary;

public sealed class WordPieceVocabularyTrainerTests
{
    private static readonly string[] Texts =
    [
        "low low low low low", "lower lower", "newest newest newest newest newest newest", "widest widest widest",
        "股市大涨", "股市 low", "Café!", "cafe!",
    ];

    [Fact]
    public void SpecialTokens_ComeFirst() =>
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], Learn(Texts).Tokens.Take(5));

    /// <summary>The example of Sennrich et al. 2016: e+s (9), es+t (9), l+o (8), lo+w (8) …; counted by hand.</summary>
    [Fact]
    public void MostFrequentPairs_AreMergedFirst()
    {
        var merges = Learn(Texts).Tokens.Where(token => token.Replace("##", "", StringComparison.Ordinal).Length > 1).Skip(5).ToList();
        Assert.Equal(["##es", "##est"], merges.Where(token => token is "##es" or "##st" or "##est" or "##west").Take(2));
        Assert.True(merges.IndexOf("##est") < merges.IndexOf("low"));
        Assert.True(merges.IndexOf("low") < merges.IndexOf("newest"));
        Assert.Contains("newest", merges);
    }

    [Fact]
    public void ChineseCharactersAndPunctuation_AreSingleTokens()
    {
        var tokens = Learn(Texts).Tokens;
        Assert.Contains("股", tokens);
        Assert.DoesNotContain("##股", tokens);
        Assert.DoesNotContain("股市", tokens);
        Assert.Contains("!", tokens);
        Assert.DoesNotContain("##!", tokens);
        Assert.DoesNotContain("涨", tokens);
    }

    [Fact]
    public void EqualTexts_InAnyOrder_GiveEqualVocabularies()
    {
        var random = new Random(1);
        string Word() => new([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + random.Next(6)))]);
        var texts = Enumerable.Range(0, 500).Select(_ => string.Join(' ', Enumerable.Range(0, 10).Select(_ => Word()))).ToArray();
        var expected = Learn(texts, 600).Tokens;

        Assert.Equal(600, expected.Count);
        Assert.Equal(600, expected.Distinct().Count());
        Assert.Equal(expected, Learn(texts.Reverse(), 600).Tokens);
    }

    /// <summary>Counts kept up to date step by step must give what recounting everything gives.</summary>
    [Fact]
    public void IncrementalCounts_EqualRecounting()
    {
        var random = new Random(2);
        string Word() => new([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)('a' + random.Next(2)))]);
        var words = Enumerable.Range(0, 60).Select(_ => Word()).ToArray();
        Assert.Equal(Recount(words, 100), Learn(words, 100).Tokens);
    }

    [Fact]
    public void EveryTextOfTheCorpus_IsKnownAfterwards()
    {
        var vocabulary = Learn(Texts, minFrequency: 1);
        var tokenizer = new WordPieceTextTokenizer(new WordPieceConfig(), vocabulary);
        Assert.All(Texts, text => Assert.DoesNotContain(1, tokenizer.Encode(new TextInput(text), 64).Ids));
    }

    [Fact]
    public void NoText_GivesTheSpecialTokensAlone() => Assert.Equal(5, Learn([]).Count);

    [Fact]
    public void Cancellation_Stops() =>
        Assert.Throws<OperationCanceledException>(() =>
            new WordPieceVocabularyTrainer(new WordPieceVocabularyOptions()).Learn(Texts, new CancellationToken(canceled: true)));

    private static WordPieceVocabulary Learn(IEnumerable<string> texts, int size = 200, int minFrequency = 2) =>
        new WordPieceVocabularyTrainer(new WordPieceVocabularyOptions { Size = size, MinFrequency = minFrequency })
            .Learn(texts, TestContext.Current.CancellationToken);

    // The definition, slow: count all pairs, merge the best, start again.
    private static List<string> Recount(string[] texts, int size)
    {
        var words = texts.Select(word => word.Select((c, i) => i == 0 ? $"{c}" : $"##{c}").ToList()).ToList();
        List<string> tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        foreach (var letter in texts.SelectMany(word => word).GroupBy(c => c).OrderByDescending(group => group.Count()).ThenBy(group => group.Key))
        {
            tokens.AddRange([$"{letter.Key}", $"##{letter.Key}"]);
        }

        while (tokens.Count < size)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => tokens.IndexOf(group.Key.First))
                .ThenBy(group => tokens.IndexOf(group.Key.Second))
                .FirstOrDefault();
            if (best is null || best.Count() < 2)
            {
                break;
            }

            var merged = best.Key.First + best.Key.Second[2..];
            if (!tokens.Contains(merged))
            {
                tokens.Add(merged);
            }

            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == best.Key.First && word[i + 1] == best.Key.Second)
                    {
                        word[i] = merged;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return tokens;
    }
}
