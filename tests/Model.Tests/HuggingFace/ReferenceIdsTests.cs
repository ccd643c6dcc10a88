using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;

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

    private static List<TextInput> Inputs()
    {
        var texts = AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(Drawn, SmallVocabularies.Words)).ToList();
        return [.. texts.Select((text, i) => i % 4 == 3 ? new TextInput(text, texts[i / 2]) : new TextInput(text))];
    }

    private static string About(int index, TextInput input, int[] expected, int[] actual) =>
        $"{index}: {Escape(input.Text)} | {Escape(input.TextPair ?? "")}\nexpected {string.Join(' ', expected)}\nactual   {string.Join(' ', actual)}";

    private static string Escape(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7F' ? c.ToString() : $"\\u{(int)c:X4}"));
}
