using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Files;

/// <summary>
/// Streams a multipart upload to disk, hashing and counting as it goes; nothing is held in memory. Takes what the official
/// clients send: quoted or bare names, file parts without a type, boundaries with an equals sign, <c>expires_after</c> in brackets or as JSON.
/// </summary>
internal static class UploadReader
{
    private const int BufferBytes = 128 * 1024;
    private const int MaxFieldBytes = 4096;
    private const int MaxParts = 32;
    private const int MaxBoundary = 70; // RFC 2046, section 5.1.1
    private const int MaxFileName = 255;
    private const long FormOverhead = 1024 * 1024;

    /// <summary>Reads the form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Where the file part goes.</param>
    /// <param name="maxBytes">Largest file part.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="ServiceException">400 for a broken form, 413 for a file that is too large, 415 for something else than a form.</exception>
    public static async Task<StagedUpload> ReadAsync(HttpRequest request, string path, long maxBytes, CancellationToken cancellationToken)
    {
        long? limit = maxBytes > long.MaxValue - FormOverhead ? null : maxBytes + FormOverhead;
        BodyLimitMiddleware.RefuseBeyond(request.HttpContext, limit, () => TooLarge(maxBytes));
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var reader = new MultipartReader(Boundary(request), request.Body) { BodyLengthLimit = null };
        var upload = new StagedUpload(path);
        try
        {
            // Fields are kept in memory, and the form as a whole may be as large as a file.
            for (var parts = 0; await Part(() => reader.ReadNextSectionAsync(cancellationToken)) is { } section; parts++)
            {
                if (parts == MaxParts)
                {
                    throw Broken($"The form has more than {MaxParts} parts.");
                }

                await ReadSectionAsync(section, upload, maxBytes, cancellationToken);
            }
        }
        catch
        {
            upload.Dispose();
            throw;
        }

        return upload;
    }

    private static async Task ReadSectionAsync(MultipartSection section, StagedUpload upload, long maxBytes, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || disposition.Name.Length == 0)
        {
            throw Broken("A part has no name. Each needs Content-Disposition: form-data; name=\"…\".");
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value!;
        if (name == "file")
        {
            if (upload.Sha256 is not null)
            {
                throw ServiceException.Invalid("duplicate_parameter", "'file' is given twice; upload one file at a time.", "file");
            }

            var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
            upload.FileName = DisplayName(given.Value);
            (upload.Bytes, upload.Sha256) = await SaveAsync(section.Body, upload.Path, maxBytes, cancellationToken);
        }
        else if (!upload.Fields.TryAdd(name, await ReadFieldAsync(section.Body, name, cancellationToken)))
        {
            throw ServiceException.Invalid("duplicate_parameter", $"'{name}' is given twice.", name);
        }
    }

    private static async Task<(long Bytes, string Sha256)> SaveAsync(Stream body, string path, long maxBytes, CancellationToken cancellationToken)
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
            while (await Part(() => body.ReadAsync(buffer, cancellationToken).AsTask()) is var read and > 0)
            {
                total += read;
                if (total > maxBytes)
                {
                    throw TooLarge(maxBytes);
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

    private static async Task<string> ReadFieldAsync(Stream body, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await Part(() => body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).AsTask());
        try
        {
            return length <= MaxFieldBytes
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length)
                : throw ServiceException.Invalid("invalid_value", $"'{name}' is longer than {MaxFieldBytes} bytes.", name);
        }
        catch (DecoderFallbackException)
        {
            throw ServiceException.Invalid("invalid_value", $"'{name}' is not UTF-8.", name);
        }
    }

    // The reader speaks of a broken form in exceptions of streams; those of the disk must stay what they are.
    private static async Task<T> Part<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (error is InvalidDataException or (IOException and not BadHttpRequestException and not Microsoft.AspNetCore.Connections.ConnectionResetException))
        {
            throw Broken("The form ends early, or its boundary is not the one of the Content-Type header.");
        }
    }

    // MediaTypeHeaderValue refuses a bare boundary with an equals sign, which .NET's own client sends.
    private static string Boundary(HttpRequest request)
    {
        var type = request.ContentType ?? string.Empty;
        if (!type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceException(415, "unsupported_media_type", "Files are uploaded as multipart/form-data with the parts 'file' and 'purpose'.");
        }

        var at = type.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        var rest = at < 0 ? string.Empty : type[(at + "boundary=".Length)..].Trim();
        var boundary = rest.StartsWith('"') ? rest[1..].Split('"')[0] : rest.Split(';')[0].Trim();
        return boundary.Length is > 0 and <= MaxBoundary ? boundary : throw Broken($"The Content-Type header needs a boundary of 1 to {MaxBoundary} characters.");
    }

    private static string DisplayName(string? given)
    {
        var name = (given ?? string.Empty).Replace('\\', '/').Split('/')[^1];
        var kept = string.Concat(name.EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(MaxFileName)).Trim();
        return kept is "" or "." or ".." ? "file" : kept;
    }

    private static ServiceException TooLarge(long maxBytes) => ServiceException.TooLarge(
        "file_too_large", $"The file is larger than the {maxBytes} bytes this service takes. Split it, or start the service with a larger --max-upload-bytes.", "file");

    private static ServiceException Broken(string message) => ServiceException.Invalid("invalid_multipart", message);
}
