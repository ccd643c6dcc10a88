namespace FeedbackService.Training.Datasets;

/// <summary>What is remembered of a row so that it can be found again and compared without its text.</summary>
/// <param name="Line">1-based physical line on which the row begins.</param>
/// <param name="Offset">Byte of the file at which it begins.</param>
/// <param name="Text">Fingerprint of its text; 0 without a usable text.</param>
/// <param name="Labels">Fingerprint of its labels.</param>
/// <param name="LabelBits">One bit per label, by the label's hash; two labels may share a bit.</param>
/// <param name="LabelCount">0 none, 1 one, 2 several.</param>
/// <param name="IsValid">Whether the row can be used.</param>
public readonly record struct RowEntry(long Line, long Offset, ulong Text, uint Labels, ulong LabelBits, int LabelCount, bool IsValid)
{
    private const int Bits = 60;

    /// <summary>The entry of a row.</summary>
    public static RowEntry Of(DatasetRow row)
    {
        if (row.Text is not { } text)
        {
            return new RowEntry(row.Line, row.Offset, 0, 0, 0, 0, IsValid: false);
        }

        uint labels = TextFingerprint.Of(text.Labels);
        ulong bits = text.Labels.Count == 1 ? BitOf(labels) : text.Labels.Aggregate(0UL, (all, label) => all | BitOf(TextFingerprint.Of([label])));
        return new RowEntry(row.Line, row.Offset, TextFingerprint.Of(text.Input), labels, bits, Math.Min(text.Labels.Count, 2), IsValid: true);
    }

    /// <summary>The test for rows with a label: never wrong about a row without several labels, and sometimes too hopeful about one with.</summary>
    /// <param name="label">The label.</param>
    public static Func<RowEntry, bool> MayHave(string label)
    {
        uint alone = TextFingerprint.Of([label]);
        ulong bit = BitOf(alone);
        return entry => entry.LabelCount == 1 ? entry.Labels == alone : entry.LabelCount > 1 && (entry.LabelBits & bit) != 0;
    }

    private static ulong BitOf(uint label) => 1UL << (int)(label % Bits);
}
