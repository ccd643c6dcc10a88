using System.Text;

namespace FeedbackService.Model.Tests.HuggingFace.References;

/// <summary>Texts on which tokenizers have been known to part: a fixed list, and as many drawn from a seed as wanted.</summary>
internal static class AwkwardTexts
{
    private static readonly string[] Parts =
    [
        " ", " ", " ", "  ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u0085", "\u2028", "\u2003", "\v", "\f", "\u1680", "\u200B", "\uFEFF",
        "'s", "'S", "'t", "'re", "'RE", "'ve", "'m", "'ll", "'d", "'x", "'", "’s", "the", "The", "market", "markets", "unhappiness", "running", "café", "CAFÉ",
        "cafe\u0301", "naïve", "ß", "İstanbul", "ΣΟΦΟΣ", "Ǆ", "ﬁ", "한국어", "\u1112\u1161\u11AB", "日本語", "我爱", "北京", "\u2B820", "\U0002B8A0", "豈",
        "مرحبا", "שָׁלוֹם", "สวัสดี", "नमस्ते", "١٢٣", "１２３", "Ⅷ", "½", "²", "7", "2026", "3.14", "𝟘𝟙", "𝐀𝐛𝐜", "𐐀𐐨", "𠀀𠀁", "😀", "👩‍💻", "👨‍👩‍👧‍👦", "🇩🇪", "🤣", "❤️",
        "e\u0301\u0323", "\u0301", "\u0323\u0301a", "\u302E\u1B44", "\u1D165", "\U0001D165\U0001D16D", "\u0345\u302E", "\u08D4", "\u0897", "\u1ABF", "\U00011938",
        "\u0000", "\u0001", "\u001F", "\u007F", "\u0080", "\u009F", "\u00AD", "\u200D", "\u202E", "\uFFFD", "\uFFFE", "\uFFFF", "\uE000", "\U000F0000",
        "\u0378", "\U0001FAE8", "\u1C89", "\uA7CB", "\u0890", "\u2E52", "\u166D", "$", "€", "a_b", "--", "...", "!?", "(x)", "\"", "\\", "/", "#", "##", "@", "~", "^", "`",
        "[MASK]", "[mask]", "[CLS]", "[SEP]", "[UNK]", "[PAD", "<mask>", "<s>", "</s>", "<|endoftext|>", "<pad>", "<", ">", "[", "]",
        "Zürich", "zurich", "ZURICH", "tok", "tokens", "wordy", " lead", "newtok", "NEWTOK",
    ];

    /// <summary>The fixed list.</summary>
    public static IReadOnlyList<string> Fixed { get; } =
    [
        "x", " x", "x ", "  x  ", "\tx", "\n", " ", "   ", "\u00A0", "\u3000\u3000", "a  b   c", "a \n b", "a\n\n\nb", "a\u0085b", "a\u3000 b", "\r\n\r\n x", "trailing   ", "trailing \t",
        "I'm you're WE'LL they'd it's IT'S don't 's 'sx x's'", "''s", "' s", "don ' t", "The quick brown fox's 42 jumps.", "1a2b3c", "١٢٣abc４５", "½ cup ² Ⅷ",
        "Unaffable, café naïve NAÏVE cafe\u0301", "İ I i ı ŞI", "Straße STRASSE ΣΟΦΟΣ", "我爱北京天安门 and 東京", "日本語 テスト ひらがな", "한국어 시험", "𝐀𝐁 𐐀𐐁 𠀀𠀁x",
        "👩‍💻👨‍👩‍👧‍👦🇩🇪❤️🤣", "a\u0301\u0302\u0303\u0304\u0305\u0306", "\u0301start", "a\u200Bb\u200Dc\u00ADd", "\u0000\u0001\u001F\u007F\u009F", "x\uFFFDy\uFFFEz\uFFFF",
        "\uD83D", "a\uD83Db", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "[MASK]", "a [MASK] b", "a[MASK]b", "[MASK][MASK]", "[mask] [Mask]", "<mask>", "a <mask> b", "a  <mask>  b",
        "<s>x</s>", "<s></s><s>", "<|endoftext|>x<|endoftext|>", "x <|endoftext|>", "newtok", "a newtok b newtokx xnewtok _newtok newtok_", "Zürich zürich ZURICH zurich",
        "tok toks xtok tok.", "  lead", "a  lead", "wordy wordys", "http://a.b/c?d=e&f#g", "a@b.c", "--- *** ___", "!!!???", "\u2003x\u2003", "e\u0323\u0301 \u1E69 \u212B \u2126 \uFB01",
        "\u302E\u1B44 \u1B44\u302E", "x\U0001D16D\U0001D165", "\u08D4\u1B44x", "\u0378\U0001FAE8\u1C89", new('a', 99), new('a', 100), new('a', 101), new('é', 100), new('é', 101),
        new('x', 3000), new(' ', 500), string.Concat(Enumerable.Repeat("ab ", 700)), string.Concat(Enumerable.Repeat("😀", 300)), string.Concat(Enumerable.Repeat("日本", 300)),
        string.Concat(Enumerable.Repeat("e\u0301\u0323", 200)),
    ];

    /// <summary>One text a seed, 0 to <paramref name="count"/> - 1: parts of the list, words of <paramref name="words"/> and any code units. None is empty.</summary>
    public static IEnumerable<string> Drawn(int count, IReadOnlyList<string> words) => Enumerable.Range(0, count).Select(seed =>
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(1, 24); i > 0; i--)
        {
            text.Append(random.Next(10) switch
            {
                0 or 1 or 2 => words[random.Next(words.Count)],
                3 => " ",
                4 => ((char)random.Next(' ', 0x7F)).ToString(),
                5 => ((char)random.Next(random.Next(2) == 0 ? 0x600 : 0x10000)).ToString(),
                6 when random.Next(2) == 0 => char.ConvertFromUtf32(random.Next(0x10000, 0x20000)),
                _ => Parts[random.Next(Parts.Length)],
            });
        }

        return text.ToString();
    });
}
