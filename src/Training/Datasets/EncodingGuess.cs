namespace FeedbackService.Training.Datasets;

/// <summary>Says what bytes that are not UTF-8 may be instead, for a message; nothing is ever converted on such a guess.</summary>
internal static class EncodingGuess
{
    private const double Mostly = 0.6;

    /// <summary>A likely encoding of text without NULs, as the end of "it seems to be".</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        int high = 0;
        int alone = 0;
        int paired = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < 0x80)
            {
                continue;
            }

            int run = 1;
            while (i + run < text.Length && text[i + run] >= 0x80)
            {
                run++;
            }

            high += run;
            alone += run == 1 ? 1 : 0;
            paired += run % 2 == 0 ? run : 0;
            i += run - 1;
        }

        // Accents stand alone among letters; in the double-byte encodings of East Asia both bytes are usually high.
        return alone > high * Mostly ? "Windows-1252 or ISO-8859-1 (Western European)"
            : paired > high * Mostly ? "GBK, GB18030, Big5 or another double-byte encoding"
            : "an old 8-bit encoding such as Windows-1251";
    }

    /// <summary>Which encoding puts so many NULs into text.</summary>
    public static string OfWide(ReadOnlySpan<byte> text)
    {
        Span<int> nuls = stackalloc int[4];
        for (int i = 0; i < text.Length; i++)
        {
            nuls[i % 4] += text[i] == 0 ? 1 : 0;
        }

        return nuls[0] + nuls[2] == 0 ? "UTF-16 (little-endian)"
            : nuls[1] + nuls[3] == 0 ? "UTF-16 (big-endian)"
            : nuls[2] > 0 && nuls[3] > 0 && nuls[0] < nuls[3] ? "UTF-32 (little-endian)"
            : nuls[0] > nuls[3] && nuls[1] > 0 ? "UTF-32 (big-endian)"
            : nuls[1] + nuls[3] > nuls[0] + nuls[2] ? "UTF-16 (little-endian)" : "UTF-16 (big-endian)";
    }
}
