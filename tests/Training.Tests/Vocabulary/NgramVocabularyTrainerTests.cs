using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Vocabulary;

namespace FeedbackService.Training.Tests.Vocabulary;

public sealed class NgramVocabularyTrainerTests
{
    private static readonly HashedNgramConfig Words = new() { WordMax = 1, CharacterMax = 0 };

    [Fact]
    public void Weights_AreSmoothedInverseDocumentFrequencies()
    {
        var vocabulary = NgramVocabularyTrainer.Train(Words, [new("red red blue"), new("red"), new("red green")]);
        Assert.Equal(3, vocabulary.Buckets.Count);
        Assert.Equal(1.0, vocabulary.Weights.Min(), tolerance: 1e-6); // in all of 3 texts: ln(4/4) + 1
        Assert.Equal(Math.Log(4.0 / 2) + 1, vocabulary.Weights.Max(), tolerance: 1e-6); // in 1 of 3
    }

    [Fact]
    public void CharacterNgrams_AreABlockOfTheirOwn()
    {
        var vocabulary = NgramVocabularyTrainer.Train(new HashedNgramConfig(), [new("red blue")]);
        Assert.Equal(3, vocabulary.Characters.Count(mark => !mark)); // red, blue, red blue
        Assert.True(vocabulary.Characters.Count(mark => mark) > 10);
    }

    [Fact]
    public void SameTexts_GiveTheSameVocabulary()
    {
        TextInput[] texts = [new("体验2D巅峰"), new("red blue")];
        Assert.Equal(
            NgramVocabularyTrainer.Train(new HashedNgramConfig(), texts).Buckets,
            NgramVocabularyTrainer.Train(new HashedNgramConfig(), texts.Reverse()).Buckets);
    }

    [Fact]
    public void WithoutWords_CharactersAndIdeographsAreLearned()
    {
        var config = new HashedNgramConfig { WordMax = 0 };

        var vocabulary = NgramVocabularyTrainer.Train(config, [new TextInput("red sky"), new TextInput("新闻")]);

        Assert.Contains(true, vocabulary.Characters);
        Assert.Contains(false, vocabulary.Characters); // the ideographs
    }
}
