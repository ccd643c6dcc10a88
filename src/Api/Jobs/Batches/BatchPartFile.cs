using System.Globalization;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>
/// One of the files a claim of a batch writes. In a folder it grows in place; elsewhere it grows here, and what came since the last
/// time is uploaded as a segment of its own at every save.
/// </summary>
internal sealed class BatchPartFile : IDisposable
{
    private readonly IContentStore _store;
    private readonly string _key;
    private readonly bool _grows;
    private readonly FileStream _file;
    private long _bytes;

    /// <summary>Makes the file, empty.</summary>
    /// <param name="store">Where it is to be kept.</param>
    /// <param name="key">Its key.</param>
    /// <param name="scratch">Local file for what is not kept yet, should the store take no file that grows.</param>
    public BatchPartFile(IContentStore store, string key, string scratch)
    {
        (_store, _key) = (store, key);
        var path = store.PathToGrow(key);
        _grows = path is not null;
        _file = new FileStream(
            path ?? scratch, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 128 * 1024, _grows ? FileOptions.None : FileOptions.DeleteOnClose);
    }

    /// <summary>Pieces kept so far; 0 where the file grows in place.</summary>
    public int Segments { get; private set; }

    /// <summary>Bytes kept so far.</summary>
    public long Bytes => _grows ? _file.Length : _bytes;

    /// <summary>Keys of the pieces of a file, in order.</summary>
    public static IEnumerable<string> KeysOf(string key, int segments) =>
        segments == 0 ? [key] : Enumerable.Range(1, segments).Select(number => string.Create(CultureInfo.InvariantCulture, $"{key}.{number:D6}"));

    /// <summary>Appends a line.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        _file.Write(line);
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Brings everything written to where a crash of this machine leaves it.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (_grows)
        {
            _file.Flush(flushToDisk: true);
            SyncRecord.AddFile(_file.Name);
        }
        else if (_file.Length > 0)
        {
            await _file.FlushAsync(cancellationToken);
            await _store.PutFileAsync(KeysOf(_key, Segments + 1).Last(), _file.Name, cancellationToken);
            Segments++;
            _bytes += _file.Length;
            _file.SetLength(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
