using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Registry;

/// <summary>The ETag of an alias is the number of its newest move.</summary>
internal static class AliasTags
{
    /// <summary>Puts it on an answer.</summary>
    public static void Write(HttpResponse response, long revision) =>
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>What the caller has seen; <see cref="AliasStore.AnyRevision"/> for <c>*</c>, null without the header.</summary>
    /// <exception cref="ServiceException">412 for a tag that no alias ever had.</exception>
    public static long? Expected(HttpRequest request)
    {
        var given = request.Headers.IfMatch;
        return given.Count == 0 ? null
            : given == EntityTagHeaderValue.Any.ToString() ? AliasStore.AnyRevision
            : EntityTagHeaderValue.TryParse(given.ToString(), out var tag)
                && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                && revision != AliasStore.AnyRevision
                ? revision
                : throw new ServiceException(412, "alias_changed", "The If-Match header is not the ETag of this alias; read it again and decide anew.", "If-Match");
    }
}
