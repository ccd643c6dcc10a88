using System.Text;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class TokenizerFilesTests
{
    [Theory]
    [InlineData("{", "tokenizer_config.json")]
    [InlineData("null", "tokenizer_config.json")]
    [InlineData("[]", "tokenizer_config.json")]
    [InlineData("""{"type":"sentence_piece"}""", "tokenizer_config.json")]
    [InlineData("""{"buckets":1024}""", "tokenizer_config.json")]
    [InlineData("""{"type":"hashed_ngrams","bukkets":1024}""", "tokenizer_config.json")]
    [InlineData("""{"type":"hashed_ngrams","buckets":1}""", "tokenizer_config.json")]
    [InlineData("""{"type":"hashed_ngrams","buckets":1024,"buckets":2048}""", "tokenizer_config.json")]
    [InlineData("""{"type":"word_piece","max_word_length":0}""", "tokenizer_config.json")]
    [InlineData("""{"type":"word_piece","unknown_token":"[WHAT]"}""", "vocab.txt")]
    public void BadConfig_NamesTheFile(string json, string file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), json);
        File.WriteAllText(Path.Combine(folder.Path, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
        Assert.Equal(file, Assert.Throws<InvalidFileException>(() => TokenizerFiles.Load(folder.Path)).File);
    }

    [Fact]
    public void MissingFiles_AreNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("tokenizer_config.json", Assert.Throws<InvalidFileException>(() => TokenizerFiles.Load(folder.Path)).File);
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), """{"type":"word_piece"}""");
        Assert.Equal("vocab.txt", Assert.Throws<InvalidFileException>(() => TokenizerFiles.Load(folder.Path)).File);
    }

    [Fact]
    public void BadVocabularyLine_IsNamed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "vocab.txt");
        File.WriteAllText(path, "[PAD]\n\n[CLS]\n");
        Assert.Equal(2, Assert.Throws<InvalidFileException>(() => WordPieceVocabulary.Load(path)).Line);
        File.WriteAllBytes(path, [.. "[PAD]\n"u8, 0xC3, 0x28]);
        Assert.Contains("UTF-8", Assert.Throws<InvalidFileException>(() => WordPieceVocabulary.Load(path)).Message);
        File.WriteAllText(path, "");
        Assert.Throws<InvalidFileException>(() => WordPieceVocabulary.Load(path));
    }

    [Fact]
    public void WindowsLineEndings_AreRead()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "vocab.txt");
        File.WriteAllText(path, "[PAD]\r\n[UNK]\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(["[PAD]", "[UNK]"], WordPieceVocabulary.Load(path).Tokens);
    }
}
