using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Reads single tensors of a safetensors file whose whole header has been checked.</summary>
/// <remarks>
/// Nothing is memory-mapped: bytes go from the file into the tensor, so a file changed afterwards cannot change a tensor.
/// Not safe for concurrent use.
/// </remarks>
public sealed class SafetensorsReader : IDisposable
{
    private const int ChunkElements = 1 << 24;

    private readonly Stream _stream;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    /// <summary>Checks the header (rules 1 to 14).</summary>
    /// <param name="stream">Seekable; disposed with the reader.</param>
    /// <exception cref="InvalidSafetensorsException">A rule is broken. The stream is left to the caller.</exception>
    public SafetensorsReader(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Position = 0;
        _header = SafetensorsHeader.Read(stream);
        _stream = stream;
        _byName = _header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>Tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidSafetensorsException">A rule is broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsReader Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            return new SafetensorsReader(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor to the CPU, its bytes unchanged.</summary>
    /// <param name="name">A name of <see cref="Entries"/>.</param>
    /// <param name="widen">Turn F16 and BF16 into float32, which holds all their values. Default false.</param>
    /// <returns>A tensor without gradient in the current dispose scope.</returns>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="InvalidSafetensorsException">The file became shorter, or a BOOL is neither 0 nor 1.</exception>
    public Tensor Read(string name, bool widen = false)
    {
        if (!_byName.TryGetValue(name, out var entry))
        {
            throw new KeyNotFoundException($"The file has no tensor '{name}'.");
        }

        var tensor = empty([.. entry.Shape], entry.Dtype, CPU, requires_grad: false);
        try
        {
            Fill(tensor, entry);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }

        if (!widen || entry.Dtype is not (ScalarType.Float16 or ScalarType.BFloat16))
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.to(ScalarType.Float32);
        }
    }

    /// <summary>Reads a tensor and looks for infinities and NaNs (rule 16): legal in the format, never in weights.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="widen">As for <see cref="Read"/>.</param>
    /// <returns>A tensor without gradient in the current dispose scope.</returns>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="InvalidSafetensorsException">There is such a value; the message names the tensor. Or as for <see cref="Read"/>.</exception>
    public Tensor ReadFinite(string name, bool widen = false)
    {
        var tensor = Read(name, widen);
        if (!SafetensorsDtype.IsFloat(tensor.dtype))
        {
            return tensor;
        }

        using var finite = tensor.isfinite();
        using var all = finite.all();
        if (all.item<bool>())
        {
            return tensor;
        }

        tensor.Dispose();
        throw new InvalidSafetensorsException(SafetensorsRule.Finite, $"'{name}' holds an infinity or NaN.");
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill(Tensor tensor, SafetensorsEntry entry)
    {
        _stream.Position = _header.DataStart + entry.Begin;
        var count = tensor.numel();
        using var flat = tensor.view(-1);
        for (var start = 0L; start < count; start += ChunkElements)
        {
            using var part = flat.narrow(0, start, Math.Min(ChunkElements, count - start));
            var bytes = part.bytes;
            if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new InvalidSafetensorsException(SafetensorsRule.Unchanged, $"the file became shorter while '{entry.Name}' was read.");
            }

            if (entry.Dtype == ScalarType.Bool && bytes.ContainsAnyExcept((byte)0, (byte)1))
            {
                throw new InvalidSafetensorsException(SafetensorsRule.Dtype, $"a BOOL of '{entry.Name}' is neither 0 nor 1.");
            }
        }
    }
}
