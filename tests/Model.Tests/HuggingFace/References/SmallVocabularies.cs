using System.Text;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.HuggingFace.References;

/// <summary>Vocabularies learned, always the same way, from a text that stands here.</summary>
internal static class SmallVocabularies
{
    private const string Text = """
        The markets won again on Monday, and the market's makers didn't say why. They're running; we've run; I'll run, he'd run, I'm running.
        Unhappiness is unaffable. The café in Zürich was naïve: 42 guests, 3.14 cups, 2026 spoons. Don't stop the tokens, the tokenizer's tokens.
        we will see what the people of the town will say of the stock, the stocks, the stockings and the stockmen of 1999 and 2000.
        Der Straßenbahnfahrer fährt über die Brücke. Les élèves étaient à l'école. El niño soñó mañana. Ο σοφός είπε. Я люблю тебя, мир.
        我爱北京天安门。日本語のテストです。한국어 시험입니다. مرحبا بالعالم. नमस्ते दुनिया. 😀😀 👩‍💻 ❤️ 𝐀𝐛 ١٢٣ １２３
        a  b   c    d		tabs and  double  spaces -- dashes --- (brackets) [more] {most} "quotes" 'single' it's its they'll they'd
        """;

    private static readonly Lazy<ByteLevelBpeVocabulary> LazyBytes = new(() => TrainBytes(400, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>", "<|endoftext|>"]));
    private static readonly Lazy<WordPieceVocabulary> LazyPieces = new(CreatePieces);

    /// <summary>Words of the text, for drawing.</summary>
    public static IReadOnlyList<string> Words { get; } = Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>256 bytes, 400 merges, the special tokens of RoBERTa in front and behind and GPT-2's.</summary>
    public static ByteLevelBpeVocabulary Bytes => LazyBytes.Value;

    /// <summary>The five special tokens of BERT, every character of the text, and the beginnings and ends of its words.</summary>
    public static WordPieceVocabulary Pieces => LazyPieces.Value;

    /// <summary>Byte-pair encoding by counting: slow, plain and deterministic.</summary>
    public static ByteLevelBpeVocabulary TrainBytes(int merges, string[] first, string[] last)
    {
        var words = Split(Text).GroupBy(word => word).ToDictionary(group => ToBytes(group.Key), group => group.Count());
        var parts = words.Select(word => (Symbols: word.Key.Select(c => c.ToString()).ToList(), Count: word.Value)).ToList();
        var tokens = new List<string>([.. first, .. ByteAlphabet.Characters.ToArray().Select(c => c.ToString())]);
        var learned = new List<(string Left, string Right)>();
        while (learned.Count < merges)
        {
            var best = parts.SelectMany(part => part.Symbols.Zip(part.Symbols.Skip(1), (left, right) => (Pair: (left, right), part.Count)))
                .GroupBy(found => found.Pair)
                .OrderByDescending(group => group.Sum(found => found.Count)).ThenBy(group => group.Key.left + " " + group.Key.right, StringComparer.Ordinal)
                .First().Key;
            learned.Add(best);
            if (!tokens.Contains(best.left + best.right))
            {
                tokens.Add(best.left + best.right);
            }

            foreach (var (symbols, _) in parts)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if ((symbols[i], symbols[i + 1]) == best)
                    {
                        symbols[i] += symbols[i + 1];
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }

        return new ByteLevelBpeVocabulary([.. tokens, .. last], learned);
    }

    private static IEnumerable<string> Split(string text)
    {
        for (var position = 0; position < text.Length;)
        {
            var end = ByteLevelWords.End(text, position);
            yield return text[position..end];
            position = end;
        }
    }

    private static string ToBytes(string word) => string.Concat(Encoding.UTF8.GetBytes(word).Select(value => ByteAlphabet.Characters[value]));

    private static WordPieceVocabulary CreatePieces()
    {
        var tokens = new List<string> { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
        var all = Text + Text.ToLowerInvariant() + Text.Normalize(NormalizationForm.FormD) + "!?$%&#@*^_~`\\/<>=+|eIiSsⅧ½²\u302E\u1B44\u0378\u08D4\U0001FAE8\U0001D165\U0001D16D";
        var characters = all.EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune)).Select(rune => rune.ToString()).Distinct().ToList();
        tokens.AddRange(characters);
        tokens.AddRange(characters.Select(c => "##" + c));
        foreach (var word in Words.Concat(Words.Select(word => word.ToLowerInvariant())).Distinct().Where(word => word.All(char.IsLetter)))
        {
            tokens.Add(word);
            for (var cut = 2; cut < Math.Min(word.Length, 6); cut++)
            {
                tokens.Add(word[..cut]);
                tokens.Add("##" + word[^cut..]);
            }
        }

        return new WordPieceVocabulary([.. tokens.Distinct()]);
    }
}
