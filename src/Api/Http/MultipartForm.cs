using System.Runtime.CompilerServices;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Http;

/// <summary>
/// A multipart form, part by part; nothing is held in memory. Takes what the official clients send: quoted or bare names, file parts without a type,
/// boundaries with an equals sign.
/// </summary>
internal static class MultipartForm
{
    private const int MaxBoundary = 70; // RFC 2046, section 5.1.1
    private const long Overhead = 1024 * 1024;

    /// <summary>The request has a body of this kind.</summary>
    public static bool IsOne(HttpRequest request) => request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Reads the parts. Each must be read to its end before the next one is asked for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxBytes">Largest content of all parts together.</param>
    /// <param name="maxParts">Most parts.</param>
    /// <param name="tooLarge">Makes the refusal of a larger body.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="ServiceException">400 for a broken form, 413 for a body that is too large.</exception>
    public static async IAsyncEnumerable<FormPart> ReadAsync(
        HttpRequest request, long maxBytes, int maxParts, Func<ServiceException> tooLarge, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? limit = maxBytes > long.MaxValue - Overhead ? null : maxBytes + Overhead;
        BodyLimitMiddleware.RefuseBeyond(request.HttpContext, limit, tooLarge);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        var reader = new MultipartReader(Boundary(request), request.Body) { BodyLengthLimit = null };

        // Fields are kept in memory, and the form as a whole may be as large as a file.
        for (var parts = 0; await Guard(() => reader.ReadNextSectionAsync(cancellationToken)) is { } section; parts++)
        {
            if (parts == maxParts)
            {
                throw Broken($"The form has more than {maxParts} parts.");
            }

            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || disposition.Name.Length == 0)
            {
                throw Broken("A part has no name. Each needs Content-Disposition: form-data; name=\"…\".");
            }

            var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
            yield return new FormPart(HeaderUtilities.RemoveQuotes(disposition.Name).Value!, fileName.Value, section.Body);
        }
    }

    /// <summary>Runs a read of a part. The reader speaks of a broken form in exceptions of streams; those of the disk must stay what they are.</summary>
    internal static async Task<T> Guard<T>(Func<Task<T>> read)
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
        var at = type.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        var rest = at < 0 ? string.Empty : type[(at + "boundary=".Length)..].Trim();
        var boundary = rest.StartsWith('"') ? rest[1..].Split('"')[0] : rest.Split(';')[0].Trim();
        return boundary.Length is > 0 and <= MaxBoundary ? boundary : throw Broken($"The Content-Type header needs a boundary of 1 to {MaxBoundary} characters.");
    }

    private static ServiceException Broken(string message) => ServiceException.Invalid("invalid_multipart", message);
}
