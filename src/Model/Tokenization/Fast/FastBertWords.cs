using System.Text;

namespace FeedbackService.Model.Tokenization.Fast;

/// <summary><c>BertPreTokenizer</c> of Hugging Face's tokenizers library: words end at white space, punctuation marks are words of their own.</summary>
internal static class FastBertWords
{
    /// <summary>Calls <paramref name="onWord"/> for every word of a stretch of a normalised text.</summary>
    public static void Split(NormalizedText text, int start, int end, int maxWordLength, BertWordAction onWord)
    {
        var (word, characters) = (start, 0);
        for (var position = start; position < end;)
        {
            var rune = UnicodeText.ReadRune(text.Units, position, out var length);
            var punctuation = FastUnicode.IsPunctuation(rune.Value);
            if (punctuation || Rune.IsWhiteSpace(rune))
            {
                Word(word, position, characters);
                if (punctuation)
                {
                    Word(position, position + length, 1);
                }

                (word, characters) = (position + length, 0);
            }
            else
            {
                characters++;
            }

            position += length;
        }

        Word(word, end, characters);

        void Word(int first, int last, int count)
        {
            if (last > first)
            {
                onWord(text.Units[first..last], text.Starts[first..last], text.Ends[first..last], count > maxWordLength);
            }
        }
    }
}
