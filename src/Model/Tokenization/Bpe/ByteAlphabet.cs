namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>
/// The characters that stand for bytes in a byte-level vocabulary (Radford et al. 2019, GPT-2): visible Latin-1 characters for themselves, the others, in
/// order, by U+0100 and what follows. A space is Ġ.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Table = Create();

    /// <summary>The character of every byte. Length 256.</summary>
    public static ReadOnlySpan<char> Characters => Table;

    /// <summary>The character of a space.</summary>
    public static char Space => Table[' '];

    private static char[] Create()
    {
        var (table, next) = (new char[256], 256);
        for (var value = 0; value < table.Length; value++)
        {
            var visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            table[value] = (char)(visible ? value : next++);
        }

        return table;
    }
}
