using System.Globalization;
using FeedbackService.Api.Registry;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Registry;

/// <summary>The ETag of an alias is the number of its newest move.</summary>
internal static class AliasTags
{
    /// <summary>Puts it on an answer.</summary>
    public static void Write(HttpResponse response, long revision) =>
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>What the caller makes a change depend on. A tag that no alias ever had is a condition that never holds.</summary>
    public static AliasPrecondition Expected(HttpRequest request)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        var mustNotExist = IsAny(noneMatch);
        return match.Count == 0 ? new AliasPrecondition { MustNotExist = mustNotExist }
            : IsAny(match) ? new AliasPrecondition { MustExist = true, MustNotExist = mustNotExist }
            // Weak tags never match here: If-Match compares strongly (RFC 9110 §13.1.1).
            : new AliasPrecondition { Revisions = Revisions(match, weakToo: false), MustNotExist = mustNotExist };
    }

    /// <summary>Whether the caller has this state of the alias already.</summary>
    public static bool IsKnown(HttpRequest request, long revision)
    {
        var known = request.Headers.IfNoneMatch;
        return IsAny(known) || Revisions(known, weakToo: true).Contains(revision);
    }

    private static bool IsAny(StringValues header) => header.ToString().Trim() == EntityTagHeaderValue.Any.ToString();

    private static List<long> Revisions(StringValues header, bool weakToo) =>
        EntityTagHeaderValue.TryParseList(header, out var tags)
            ? [.. tags.Where(tag => weakToo || !tag.IsWeak).Select(Revision).OfType<long>()]
            : [];

    private static long? Revision(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;
}
