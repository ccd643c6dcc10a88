using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders;

/// <summary>Which token row belongs to which text: the index tensors shared by all states of one batch.</summary>
/// <remarks>
/// Legend used throughout: B texts, N tokens over all texts, T tokens of the longest text, H hidden size, L labels.
/// Index tensors are made on first use and owned by the layout (detached from dispose scopes, because the scope of
/// first use may be an inner one).
/// </remarks>
public sealed class TokenLayout : IDisposable
{
    private readonly int[] _offsets;
    private Tensor? _rowSequence;
    private Tensor? _rowPosition;
    private Tensor? _paddedSlot;
    private Tensor? _mask;
    private Tensor? _lengthTensor;
    private TimeOrder? _byTime;
    private IReadOnlyList<TokenGroup>? _groups;

    /// <summary>Makes the layout of texts with the given token counts.</summary>
    /// <param name="lengths">Tokens per text, each at least 1.</param>
    /// <param name="device">Where the index tensors live.</param>
    public TokenLayout(IReadOnlyList<int> lengths, Device device)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        Lengths = lengths;
        Device = device;
        _offsets = new int[lengths.Count + 1];
        for (var i = 0; i < lengths.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(lengths[i], 1, nameof(lengths));
            _offsets[i + 1] = _offsets[i] + lengths[i];
            MaxLength = Math.Max(MaxLength, lengths[i]);
        }

        IsRectangular = lengths.All(length => length == MaxLength);
    }

    /// <summary>Tokens per text. Length B.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>First row of each text, and N at the end. Length B + 1.</summary>
    public IReadOnlyList<int> Offsets => _offsets;

    /// <summary>Where the index tensors live.</summary>
    public Device Device { get; }

    /// <summary>Number of texts, B.</summary>
    public int Count => Lengths.Count;

    /// <summary>Number of token rows, N.</summary>
    public int TotalTokens => _offsets[^1];

    /// <summary>Tokens of the longest text, T.</summary>
    public int MaxLength { get; }

    /// <summary>True when all texts have the same length, so that packed and padded are one and the same memory.</summary>
    public bool IsRectangular { get; }

    /// <summary>Text index of each row. [N] int64.</summary>
    public Tensor RowSequence => _rowSequence ??= Index(static (sequence, _, _) => sequence);

    /// <summary>Position of each row within its text. [N] int64.</summary>
    public Tensor RowPosition => _rowPosition ??= Index(static (_, position, _) => position);

    /// <summary>Row of each token in the padded [B·T, …] view. [N] int64.</summary>
    public Tensor PaddedSlot => _paddedSlot ??= Index(static (sequence, position, width) => ((long)sequence * width) + position);

    /// <summary>True at real tokens. [B, T] bool.</summary>
    public Tensor Mask => _mask ??= CreateMask();

    /// <summary>Tokens per text. [B, 1] float32.</summary>
    public Tensor LengthColumn => _lengthTensor ??= torch.tensor([.. Lengths.Select(length => (float)length)], [Count, 1], device: Device)
        .DetachFromDisposeScope();

    /// <summary>The rows by time, for recurrences: made once for all layers and rounds.</summary>
    internal TimeOrder ByTime => _byTime ??= new TimeOrder(this);

    /// <summary>
    /// The texts in groups of neighbours of about equal length, for what pads and costs the more the longer the longest text is; this layout itself where there is one group.
    /// </summary>
    internal IReadOnlyList<TokenGroup> Groups => _groups ??= CreateGroups();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var group in _groups ?? [])
        {
            if (group.Layout != this)
            {
                group.Layout.Dispose();
            }
        }

        _byTime?.Dispose();
        _rowSequence?.Dispose();
        _rowPosition?.Dispose();
        _paddedSlot?.Dispose();
        _mask?.Dispose();
        _lengthTensor?.Dispose();
    }

    private IReadOnlyList<TokenGroup> CreateGroups()
    {
        // Measured on CPUs alone: on another device a call costs more and padding less.
        if (IsRectangular || Device.type != DeviceType.CPU || LengthGroups.Of(Lengths) is not { Count: > 1 } counts)
        {
            return [new TokenGroup(0, this)];
        }

        var groups = new List<TokenGroup>(counts.Count);
        var first = 0;
        foreach (var count in counts)
        {
            groups.Add(new TokenGroup(_offsets[first], new TokenLayout([.. Lengths.Skip(first).Take(count)], Device)));
            first += count;
        }

        return groups;
    }

    private Tensor Index(Func<int, int, int, long> value)
    {
        var index = new long[TotalTokens];
        for (var sequence = 0; sequence < Count; sequence++)
        {
            for (var position = 0; position < Lengths[sequence]; position++)
            {
                index[_offsets[sequence] + position] = value(sequence, position, MaxLength);
            }
        }

        return torch.tensor(index, device: Device).DetachFromDisposeScope();
    }

    private Tensor CreateMask()
    {
        var mask = new bool[Count * MaxLength];
        for (var sequence = 0; sequence < Count; sequence++)
        {
            mask.AsSpan(sequence * MaxLength, Lengths[sequence]).Fill(true);
        }

        return torch.tensor(mask, [Count, MaxLength], device: Device).DetachFromDisposeScope();
    }
}
