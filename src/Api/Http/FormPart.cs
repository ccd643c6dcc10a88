using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Http;

/// <summary>A part of a multipart form.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FileName">File name as given, path and all; null for a field.</param>
/// <param name="Body">Its content, to be read once.</param>
internal sealed record FormPart(string Name, string? FileName, Stream Body)
{
    private const int BufferBytes = 128 * 1024;
    private const int MaxFieldBytes = 4096;

    /// <summary>Saves the content to a new file and returns when it is on disk.</summary>
    /// <param name="path">A file that does not exist.</param>
    /// <param name="maxBytes">Largest content.</param>
    /// <param name="tooLarge">Makes the refusal of a larger one.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <returns>Number of bytes, and their SHA-256 in lower-case hex.</returns>
    /// <exception cref="ServiceException">400 when the form ends early; what <paramref name="tooLarge"/> makes.</exception>
    public async Task<(long Bytes, string Sha256)> SaveAsync(string path, long maxBytes, Func<ServiceException> tooLarge, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var total = 0L;
            while (await MultipartForm.Guard(() => Body.ReadAsync(buffer, cancellationToken).AsTask()) is var read and > 0)
            {
                total += read;
                if (total > maxBytes)
                {
                    throw tooLarge();
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            file.Flush(flushToDisk: true);
            return (total, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The content of a field.</summary>
    /// <exception cref="ServiceException">400 when it is too long or not UTF-8.</exception>
    public async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await MultipartForm.Guard(() => Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).AsTask());
        try
        {
            return length <= MaxFieldBytes
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length)
                : throw ServiceException.Invalid("invalid_value", $"'{Name}' is longer than {MaxFieldBytes} bytes.", Name);
        }
        catch (DecoderFallbackException)
        {
            throw ServiceException.Invalid("invalid_value", $"'{Name}' is not UTF-8.", Name);
        }
    }
}
