using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class WeightedNgramTokenizerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ngrams");

    [Fact]
    public void EachNgram_StandsOnce_AndSquaresSumToTheirNumber()
    {
        var text = CreateSut().Encode(new TextInput("to be or not to be"), 512);
        Assert.Equal(text.Ids.Length, text.Ids.Distinct().Count());
        Assert.Equal(text.Ids.Length, text.Weights!.Sum(weight => (double)weight * weight), tolerance: 1e-3);
    }

    [Fact]
    public void RepeatedAndRareNgrams_WeighMore()
    {
        var config = new HashedNgramConfig { WordMax = 1, CharacterMax = 0 };
        var sut = new WeightedNgramTokenizer(config, Fit(config, ["red blue", "red green"], common: "red"));
        var text = sut.Encode(new TextInput("red blue green green"), 16);
        Assert.Equal(3, text.Ids.Length);
        Assert.True(text.Weights![0] < text.Weights[1], "red is in both texts, so it says less");
        Assert.True(text.Weights[1] < text.Weights[2], "green stands twice");
    }

    [Fact]
    public void UnknownNgrams_AreLeftOut_AndATextOfThemKeepsOneRow()
    {
        var sut = CreateSut();
        var unknown = sut.Encode(new TextInput("zzzz"), 16);
        Assert.Equal([0], unknown.Ids);
        Assert.Equal(sut.Encode(new TextInput("to be"), 512).Ids, sut.Encode(new TextInput("to be zzzz"), 512).Ids[..sut.Encode(new TextInput("to be"), 512).Ids.Length]);
    }

    [Fact]
    public void Cut_KeepsTextOrder_AndReportsTheFullLength()
    {
        var sut = CreateSut();
        var full = sut.Encode(new TextInput("to be or not to be"), 512);
        var cut = sut.Encode(new TextInput("to be or not to be"), 8);
        Assert.Equal(full.Ids[..8], cut.Ids);
        Assert.True(cut.Truncated);
        Assert.Equal(full.Ids.Length, cut.FullLength);
        Assert.Equal(8, cut.Weights!.Sum(weight => (double)weight * weight), tolerance: 1e-3);
    }

    [Fact]
    public void Spans_PointIntoTheText()
    {
        var text = CreateSut().Encode(new TextInput("Not to be"), 512, withSpans: true);
        Assert.Equal(text.Ids.Length, text.Spans!.Length);
        Assert.Contains(text.Spans, span => span is { Start: 0, End: 3 });
    }

    [Fact]
    public void SavedAndLoaded_GivesTheSame()
    {
        var sut = CreateSut();
        sut.Save(_folder.FullName);
        var loaded = TokenizerFiles.Load(_folder.FullName);
        var (before, after) = (sut.Encode(new TextInput("to be, or not"), 64), loaded.Encode(new TextInput("to be, or not"), 64));
        Assert.Equal(before.Ids, after.Ids);
        Assert.Equal(before.Weights, after.Weights);
        Assert.Equal(sut.VocabularySize, loaded.VocabularySize);
    }

    [Fact]
    public void FileCutShort_IsRefusedByName()
    {
        CreateSut().Save(_folder.FullName);
        var path = Path.Combine(_folder.FullName, TokenizerFiles.NgramsFile);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length += 7)
        {
            File.WriteAllBytes(path, bytes[..length]);
            var error = Assert.Throws<InvalidFileException>(() => TokenizerFiles.Load(_folder.FullName));
            Assert.Contains(TokenizerFiles.NgramsFile, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void PunctuationBesideIdeographs_IsRead()
    {
        var sut = new HashedNgramTokenizer(new HashedNgramConfig());
        Assert.NotEqual(sut.Encode(new TextInput("《红楼梦》"), 64).Ids, sut.Encode(new TextInput("红楼梦"), 64).Ids);
        Assert.Equal(sut.Encode(new TextInput("(dream)"), 64).Ids, sut.Encode(new TextInput("dream"), 64).Ids);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static WeightedNgramTokenizer CreateSut()
    {
        var config = new HashedNgramConfig();
        return new WeightedNgramTokenizer(config, Fit(config, ["to be or not to be"], common: "to"));
    }

    // What the trainer in the Training project does, with two weights only.
    private static NgramVocabulary Fit(HashedNgramConfig config, string[] texts, string common)
    {
        var tokenizer = new HashedNgramTokenizer(config with { Distinct = true });
        var words = new HashedNgramTokenizer(config with { Distinct = true, CharacterMax = 0 });
        int[] Buckets(HashedNgramTokenizer of) => [.. texts.SelectMany(text => of.Encode(new TextInput(text), int.MaxValue).Ids).Distinct()];
        var frequent = words.Encode(new TextInput(common), 16).Ids;
        var buckets = Buckets(tokenizer);
        var wordBuckets = Buckets(words).ToHashSet();
        return new NgramVocabulary(buckets, [.. buckets.Select(bucket => frequent.Contains(bucket) ? 1f : 1.5f)], [.. buckets.Select(bucket => !wordBuckets.Contains(bucket))]);
    }
}
