using System.Globalization;
using System.Text;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Fast;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>Ids of awkward and of drawn texts and pairs, against Hugging Face's own code on the files that were written for it.</summary>
public sealed class ReferenceIdsTests
{
    private const int Drawn = 2500;

    public static TheoryData<string> Tokenizers => new(SampleTokenizers.All.Keys);

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public async Task Ids_EqualThoseOfTheTokenizersLibrary(string name)
    {
        var (sut, family) = SampleTokenizers.All[name]();
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, family, 512);
        var inputs = Inputs();

        var expected = await ReferenceTokenizer.EncodeAsync("rust", folder.Path, inputs);

        for (var i = 0; i < inputs.Count; i++)
        {
            var encoded = sut.Encode(inputs[i], int.MaxValue, withSpans: true);
            Assert.True(expected[i].Ids.SequenceEqual(encoded.Ids), About(i, inputs[i], expected[i].Ids, encoded.Ids));
            if (family == HuggingFaceFamily.Bert && inputs[i].TextPair is not null)
            {
                Assert.Equal(expected[i].Types, encoded.SegmentIds);
            }
        }
    }

    /// <summary>
    /// Written files also load in transformers.js. Texts in which it is known to part from the library of transformers are left out: its character classes
    /// are those of JavaScript (U+FEFF is white space, U+0085 none, Unicode of its own version), it knows no ideographs beyond 16 bits, makes a capital
    /// sigma at the end of a word another letter, does not heed single_word, joins unknown bytes, and forgets the second text where GPT-2's layout
    /// has nothing to put between.
    /// </summary>
    [Theory]
    [InlineData("bert-uncased")]
    [InlineData("bert-cased")]
    [InlineData("bert-no-added")]
    [InlineData("distilbert")]
    [InlineData("roberta")]
    [InlineData("roberta-prefix")]
    [InlineData("gpt2")]
    [InlineData("gpt2-no-added")]
    public async Task Ids_EqualThoseOfTransformersJs(string name)
    {
        var (sut, family) = SampleTokenizers.All[name]();
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, family, 512);
        var inputs = Inputs().Where(input => IsReadAlike(input.Text, family) && IsReadAlike(input.TextPair ?? "", family)
            && (family != HuggingFaceFamily.Gpt2 || input.TextPair is null)).ToList();
        Assert.True(inputs.Count > 700, $"{inputs.Count} are left");

        var expected = await ReferenceTokenizer.EncodeAsync("js", folder.Path, inputs);

        for (var i = 0; i < inputs.Count; i++)
        {
            var encoded = sut.Encode(inputs[i], int.MaxValue);
            Assert.True(expected[i].Ids.SequenceEqual(encoded.Ids), About(i, inputs[i], expected[i].Ids, encoded.Ids));
        }
    }

    internal static bool IsReadAlike(string text, HuggingFaceFamily family) => text.EnumerateRunes().All(rune =>
        rune.Value is not (0xFEFF or 0x85) && Rune.GetUnicodeCategory(rune) is var category and not UnicodeCategory.OtherNotAssigned
        && (family is HuggingFaceFamily.Roberta or HuggingFaceFamily.Gpt2 || (rune.Value is not ('Σ' or 0x130) && !(rune.Value > 0xFFFF && Rune.IsLetter(rune))
            && FastUnicode.IsPunctuation(rune.Value) == (Rune.IsPunctuation(rune) || (rune.IsAscii && FastUnicode.IsPunctuation(rune.Value)))
            && FastUnicode.IsAccent(rune.Value) == (category == UnicodeCategory.NonSpacingMark)
            && FastUnicode.CombiningClass(rune.Value) == 0
            && FastUnicode.IsDropped(rune.Value) == (rune.Value == 0xFFFD
                || (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse && rune.Value is not ('\t' or '\n' or '\r'))))));

    private static List<TextInput> Inputs()
    {
        var texts = AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(Drawn, SmallVocabularies.Words)).ToList();
        return [.. texts.Select((text, i) => i % 4 == 3 ? new TextInput(text, texts[i / 2]) : new TextInput(text))];
    }

    private static string About(int index, TextInput input, int[] expected, int[] actual) =>
        $"{index}: {Escape(input.Text)} | {Escape(input.TextPair ?? "")}\nexpected {string.Join(' ', expected)}\nactual   {string.Join(' ', actual)}";

    internal static string Escape(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7F' ? c.ToString() : $"\\u{(int)c:X4}"));
}
