using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Hosting;

/// <summary>Body limits of routes that need another than <see cref="HostingSetup.DefaultBodyBytes"/>.</summary>
internal static class BodyLimits
{
    /// <summary>Takes bodies up to <c>--max-classify-bytes</c>: a thousand long texts.</summary>
    /// <param name="routes">A route or a group.</param>
    public static TBuilder WithClassifyBodies<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Add(endpoint => endpoint.Metadata.Add(
            new BodyLimit(endpoint.ApplicationServices.GetRequiredService<IOptions<ServiceOptions>>().Value.MaxClassifyBytes)));
        return routes;
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
