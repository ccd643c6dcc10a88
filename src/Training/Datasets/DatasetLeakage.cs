using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FeedbackService.Training.Datasets;

/// <summary>Finds texts of one file in another, by the fingerprints in their indexes; case, width and white space make no difference.</summary>
/// <remarks>
/// The file looked at is held in pieces of <see cref="RowsAtATime"/> rows and the other streams past once per piece, so that the memory is
/// bounded (about 40 MB) whatever the sizes.
/// </remarks>
public sealed record DatasetLeakage
{
    /// <summary>Rows of the file looked at that are held at once.</summary>
    public const int RowsAtATime = 1 << 18;

    /// <summary>Usable rows of the file looked at whose text stands in the other file too.</summary>
    public required long Rows { get; init; }

    /// <summary>Their share of its usable rows, in [0, 1]; 0 without a row.</summary>
    public required double Share { get; init; }

    /// <summary>Those among them whose labels differ from the other file's first such row.</summary>
    public required long Conflicts { get; init; }

    /// <summary>The first of them, in the order of the file looked at.</summary>
    public required IReadOnlyList<LeakedRow> Examples { get; init; }

    /// <summary>Compares two files.</summary>
    /// <param name="file">The file looked at, as a validation file.</param>
    /// <param name="other">The file its texts should not stand in, as the training file.</param>
    /// <param name="examples">Most examples to give.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DatasetLeakage Find(RowIndex file, RowIndex other, int examples, CancellationToken cancellationToken = default) =>
        Find(file, other, examples, RowsAtATime, cancellationToken);

    internal static DatasetLeakage Find(RowIndex file, RowIndex other, int examples, int rowsAtATime, CancellationToken cancellationToken)
    {
        long usable = 0;
        long rows = 0;
        long conflicts = 0;
        var first = new List<LeakedRow>();
        foreach (RowEntry[] piece in file.From(0).Where(entry => entry.IsValid).Chunk(rowsAtATime))
        {
            cancellationToken.ThrowIfCancellationRequested();
            usable += piece.Length;
            foreach (LeakedRow leaked in FindPiece(piece, other, cancellationToken))
            {
                rows++;
                conflicts += leaked.SameLabels ? 0 : 1;
                if (first.Count < examples)
                {
                    first.Add(leaked);
                }
            }
        }

        return new DatasetLeakage { Rows = rows, Share = usable == 0 ? 0 : (double)rows / usable, Conflicts = conflicts, Examples = first };
    }

    private static IEnumerable<LeakedRow> FindPiece(RowEntry[] piece, RowIndex other, CancellationToken cancellationToken)
    {
        // Line 0: not met in the other file. The first row there with a text decides.
        var texts = new Dictionary<ulong, (uint Labels, long Line)>(piece.Length);
        foreach (RowEntry entry in piece)
        {
            texts[entry.Text] = default;
        }

        foreach (RowEntry entry in other.From(0).Where(entry => entry.IsValid))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ref (uint Labels, long Line) met = ref CollectionsMarshal.GetValueRefOrNullRef(texts, entry.Text);
            if (!Unsafe.IsNullRef(ref met) && met.Line == 0)
            {
                met = (entry.Labels, entry.Line);
            }
        }

        return piece.Where(entry => texts[entry.Text].Line > 0)
            .Select(entry => new LeakedRow(entry.Line, texts[entry.Text].Line, texts[entry.Text].Labels == entry.Labels));
    }
}
