using System.Text;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization.Bpe;
using FeedbackService.Model.Tokenization.Fast;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>
/// The classes of all 1,112,064 code points, as Hugging Face's tokenizers library has them. A failure after an update of .NET, ICU or of that library says
/// which characters are read differently now.
/// </summary>
public sealed class FastUnicodeTests
{
    [Fact]
    public async Task EveryCodePoint_IsReadAsByTheTokenizersLibrary()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "classes.txt");
        await ReferenceTokenizer.RunAsync("classes.mjs", file);

        var differing = File.ReadLines(file).Where(line => line != Line(Convert.ToInt32(line[..line.IndexOf(';')], 16))).Take(20);

        Assert.Empty(differing);
    }

    private static string Line(int value)
    {
        var (rune, text) = (new Rune(value), char.ConvertFromUtf32(value));
        var cleaned = FastUnicode.IsDropped(value) ? 'D' : Rune.IsWhiteSpace(rune) ? 'S' : 'K';
        var word = FastUnicode.IsPunctuation(value) ? 'P' : Rune.IsWhiteSpace(rune) ? 'S' : 'W';
        bool Joins(char around) => ByteLevelWords.End($"{around}{text}{around}", 0) == text.Length + 2;
        var kind = Joins('a') ? 'L' : Joins('1') ? 'N' : Joins('!') ? 'O' : 'S';
        return $"{value:x};{cleaned};{(FastUnicode.IsIdeograph(value) ? 1 : 0)};{word};{kind};{Accents(rune)};{Lower(rune)}";
    }

    private static string Accents(Rune rune)
    {
        var text = rune.ToString();
        var parts = rune.Value == 0xFFFE || FastUnicode.StaysComposed(rune.Value) ? text : text.Normalize(NormalizationForm.FormD);
        return Changed(string.Concat(parts.EnumerateRunes().Where(part => !FastUnicode.IsAccent(part.Value))), text);
    }

    private static string Lower(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        return Changed(units[..FastUnicode.ToLower(rune, units)].ToString(), rune.ToString());
    }

    private static string Changed(string now, string before) =>
        now == before ? "-" : string.Join(' ', now.EnumerateRunes().Select(rune => $"{rune.Value:x}"));
}
