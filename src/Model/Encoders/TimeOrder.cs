using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders;

/// <summary>
/// Token rows by time: all first tokens, then all second ones, longest texts first, so that the texts that still go on at a time are the first rows of the
/// time before. No padding.
/// </summary>
internal sealed class TimeOrder : IDisposable
{
    private readonly int[] _starts;
    private readonly int[] _texts;
    private readonly Device _device;
    private Tensor? _next;
    private Tensor? _previous;

    /// <summary>Orders the tokens of texts. Its tensors are its own, not of the dispose scope in which it is made.</summary>
    public TimeOrder(TokenLayout layout)
    {
        var texts = Enumerable.Range(0, layout.Count).OrderByDescending(text => layout.Lengths[text]).ToArray();
        var gather = new long[layout.TotalTokens];
        var scatter = new long[layout.TotalTokens];
        _device = layout.Device;
        _texts = new int[layout.TotalTokens];
        _starts = new int[layout.MaxLength + 1];
        var row = 0;
        for (var time = 0; time < layout.MaxLength; time++)
        {
            _starts[time] = row;
            foreach (var text in texts.TakeWhile(text => layout.Lengths[text] > time))
            {
                var packed = layout.Offsets[text] + time;
                (gather[row], scatter[packed], _texts[row]) = (packed, row, text);
                row++;
            }
        }

        _starts[^1] = row;
        Gather = tensor(gather, device: layout.Device).DetachFromDisposeScope();
        Scatter = tensor(scatter, device: layout.Device).DetachFromDisposeScope();
    }

    /// <summary>Packed row of each row by time. [N] int64.</summary>
    public Tensor Gather { get; }

    /// <summary>Row by time of each packed row. [N] int64.</summary>
    public Tensor Scatter { get; }

    /// <summary>Row by time of the next token of the same text; N where there is none. [N] int64.</summary>
    public Tensor Next => _next ??= Neighbours(1);

    /// <summary>Row by time of the token before it in the same text; N where there is none. [N] int64.</summary>
    public Tensor Previous => _previous ??= Neighbours(-1);

    /// <summary>Text of each row by time.</summary>
    public IReadOnlyList<int> Texts => _texts;

    /// <summary>Number of times, T.</summary>
    public int Times => _starts.Length - 1;

    /// <summary>Texts that have a token at a time.</summary>
    public int CountAt(int time) => _starts[time + 1] - _starts[time];

    /// <summary>The rows of a time. Rows by time [N, X] → [count, X], a view.</summary>
    public Tensor At(Tensor rows, int time) => rows.narrow(0, _starts[time], CountAt(time));

    /// <inheritdoc/>
    public void Dispose()
    {
        Gather.Dispose();
        Scatter.Dispose();
        _next?.Dispose();
        _previous?.Dispose();
    }

    // The texts of a time are the first of the time before, in the same order: a neighbour has the same place within its time.
    private Tensor Neighbours(int step)
    {
        var rows = new long[_texts.Length];
        for (var time = 0; time < Times; time++)
        {
            var other = time + step;
            for (var place = 0; place < CountAt(time); place++)
            {
                rows[_starts[time] + place] = other >= 0 && other < Times && place < CountAt(other) ? _starts[other] + place : rows.Length;
            }
        }

        return tensor(rows, device: _device).DetachFromDisposeScope();
    }
}
