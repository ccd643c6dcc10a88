using System.Text;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;

namespace FeedbackService.Api.Features.Files;

/// <summary>Streams the upload of a file to disk, hashing and counting as it goes; its fields may be in brackets or JSON, as clients send <c>expires_after</c>.</summary>
internal static class UploadReader
{
    private const int MaxParts = 32;
    private const int MaxFileName = 255;

    /// <summary>Reads the form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Where the file part goes.</param>
    /// <param name="maxBytes">Largest file part.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="ServiceException">400 for a broken form, 413 for a file that is too large, 415 for something else than a form.</exception>
    public static async Task<StagedUpload> ReadAsync(HttpRequest request, string path, long maxBytes, CancellationToken cancellationToken)
    {
        if (!MultipartForm.IsOne(request))
        {
            throw new ServiceException(415, "unsupported_media_type", "Files are uploaded as multipart/form-data with the parts 'file' and 'purpose'.");
        }

        var upload = new StagedUpload(path);
        try
        {
            await foreach (var part in MultipartForm.ReadAsync(request, maxBytes, MaxParts, () => TooLarge(maxBytes), cancellationToken))
            {
                await ReadPartAsync(part, upload, maxBytes, cancellationToken);
            }
        }
        catch
        {
            upload.Dispose();
            throw;
        }

        return upload;
    }

    private static async Task ReadPartAsync(FormPart part, StagedUpload upload, long maxBytes, CancellationToken cancellationToken)
    {
        if (part.Name == "file")
        {
            if (upload.Sha256 is not null)
            {
                throw ServiceException.Invalid("duplicate_parameter", "'file' is given twice; upload one file at a time.", "file");
            }

            upload.FileName = DisplayName(part.FileName);
            (upload.Bytes, upload.Sha256) = await part.SaveAsync(upload.Path, maxBytes, () => TooLarge(maxBytes), cancellationToken);
        }
        else if (!upload.Fields.TryAdd(part.Name, await part.ReadTextAsync(cancellationToken)))
        {
            throw ServiceException.Invalid("duplicate_parameter", $"'{part.Name}' is given twice.", part.Name);
        }
    }

    private static string DisplayName(string? given)
    {
        var name = (given ?? string.Empty).Replace('\\', '/').Split('/')[^1];
        var kept = string.Concat(name.EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(MaxFileName)).Trim();
        return kept is "" or "." or ".." ? "file" : kept;
    }

    private static ServiceException TooLarge(long maxBytes) => ServiceException.TooLarge(
        "file_too_large", $"The file is larger than the {maxBytes} bytes this service takes. Split it, or start the service with a larger --max-upload-bytes.", "file");
}
