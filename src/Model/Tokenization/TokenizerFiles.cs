using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tokenization;

/// <summary>The files of a tokenizer in an artifact folder.</summary>
public static class TokenizerFiles
{
    /// <summary>Settings with the member <c>type</c>.</summary>
    public const string ConfigFile = "tokenizer_config.json";

    /// <summary>Tokens of a WordPiece tokenizer, one per line.</summary>
    public const string VocabularyFile = "vocab.txt";

    /// <summary>Tokens of a byte-level BPE tokenizer with their ids.</summary>
    public const string JsonVocabularyFile = "vocab.json";

    /// <summary>Merges of a byte-level BPE tokenizer, one per line.</summary>
    public const string MergesFile = "merges.txt";

    /// <summary>N-grams of a fitted n-gram tokenizer.</summary>
    public const string NgramsFile = "ngrams.bin";

    /// <summary>Builds the tokenizer that <see cref="ITextTokenizer.Save"/> wrote.</summary>
    /// <param name="directory">An artifact folder.</param>
    /// <exception cref="InvalidFileException">A file is missing or wrong; the message names it and, where known, the line.</exception>
    public static ITextTokenizer Load(string directory)
    {
        TokenizerConfig config;
        try
        {
            config = JsonFiles.Read<TokenizerConfig>(Path.Combine(directory, ConfigFile));
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(ConfigFile, (int?)exception.LineNumber + 1, exception.Message, exception);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException)
        {
            throw new InvalidFileException(ConfigFile, "the member type is missing or names no tokenizer.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(ConfigFile, "cannot be read.", exception);
        }

        return config switch
        {
            WordPieceConfig wordPiece => new WordPieceTextTokenizer(
                wordPiece, WordPieceVocabulary.Load(Path.Combine(directory, VocabularyFile))),
            ByteLevelBpeConfig bytes => new ByteLevelBpeTokenizer(bytes, ByteLevelBpeFiles.Load(directory)),
            HashedNgramConfig { Fitted: true } ngrams => new WeightedNgramTokenizer(
                ngrams, NgramVocabularyFile.Load(Path.Combine(directory, NgramsFile))),
            HashedNgramConfig ngrams => new HashedNgramTokenizer(ngrams),
            _ => throw new InvalidFileException(ConfigFile, $"{config.GetType().Name} has no tokenizer."),
        };
    }
}
