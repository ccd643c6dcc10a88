namespace FeedbackService.Model.Tokenization.Fast;

/// <summary>A normalised text with the place of every code unit in the source text.</summary>
internal sealed class NormalizedText
{
    private char[] _units = new char[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Units => _units.AsSpan(0, Length);

    /// <summary>Where each code unit begins in the source text.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Length);

    /// <summary>Where each code unit ends in the source text.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(char unit, int start, int end)
    {
        if (Length == _units.Length)
        {
            Array.Resize(ref _units, Length * 2);
            Array.Resize(ref _starts, Length * 2);
            Array.Resize(ref _ends, Length * 2);
        }

        (_units[Length], _starts[Length], _ends[Length]) = (unit, start, end);
        Length++;
    }

    /// <summary>The character before takes in what follows it in the source text: the accent it has lost.</summary>
    public void Extend(int end)
    {
        if (Length > 0)
        {
            _ends[Length - 1] = Math.Max(end, _ends[Length - 1]);
        }
    }
}
