using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>
/// A byte-level vocabulary on disk as GPT-2 has it: <c>vocab.json</c> maps tokens to ids, <c>merges.txt</c> has a first line with the version and then a merge a
/// line, its two tokens parted by a space.
/// </summary>
internal static class ByteLevelBpeFiles
{
    private const string Version = "#version";

    public static void Save(ByteLevelBpeVocabulary vocabulary, string directory)
    {
        using (var file = File.Create(Path.Combine(directory, TokenizerFiles.JsonVocabularyFile)))
        using (var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            for (var id = 0; id < vocabulary.Count; id++)
            {
                writer.WriteNumber(vocabulary.Tokens[id], id);
            }

            writer.WriteEndObject();
        }

        var merges = new StringBuilder(Version).Append(": 0.2\n");
        foreach (var (left, right) in vocabulary.Merges)
        {
            merges.Append(left).Append(' ').Append(right).Append('\n');
        }

        File.WriteAllText(Path.Combine(directory, TokenizerFiles.MergesFile), merges.ToString(), new UTF8Encoding(false));
    }

    /// <exception cref="InvalidFileException">A file is missing or wrong.</exception>
    public static ByteLevelBpeVocabulary Load(string directory)
    {
        var tokens = UntrustedFile.ReadJson(directory, TokenizerFiles.JsonVocabularyFile, root => root.TokensById(ByteLevelBpeVocabulary.MaxTokens));
        return Create(tokens, LoadMerges(directory), TokenizerFiles.JsonVocabularyFile);
    }

    /// <exception cref="InvalidFileException">The parts do not go together.</exception>
    public static ByteLevelBpeVocabulary Create(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, string file)
    {
        try
        {
            return new ByteLevelBpeVocabulary(tokens, merges);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidFileException(file, exception.Message, exception);
        }
    }

    private static List<(string Left, string Right)> LoadMerges(string directory)
    {
        var lines = UntrustedFile.ReadLines(directory, TokenizerFiles.MergesFile, ByteLevelBpeVocabulary.MaxTokens + 1);
        if (!lines[0].StartsWith(Version, StringComparison.Ordinal))
        {
            // Hugging Face leaves the first line out whatever it says.
            throw new InvalidFileException(TokenizerFiles.MergesFile, 1, $"begins with {Version}; nothing else is a first line.");
        }

        var merges = new List<(string Left, string Right)>(lines.Count);
        for (var line = 1; line < lines.Count; line++)
        {
            var space = lines[line].IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == lines[line].Length - 1 || lines[line].IndexOf(' ', space + 1) >= 0)
            {
                throw new InvalidFileException(TokenizerFiles.MergesFile, line + 1, "a merge is two tokens parted by one space.");
            }

            merges.Add((lines[line][..space], lines[line][(space + 1)..]));
        }

        return merges;
    }
}
