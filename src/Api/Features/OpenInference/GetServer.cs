using FeedbackService.Api.Hosting;
using FeedbackService.Api.Observability;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Describes the server and tells whether it works.</summary>
internal static class GetServer
{
    /// <summary>What the server is, however it will travel.</summary>
    public static ServerMetadata Metadata { get; } = new("feedbackservice", ServiceVersion.Text, ["classification"]);

    /// <summary>GET /v2.</summary>
    public static Ok<ServerMetadata> Handle() => TypedResults.Ok(Metadata);

    /// <summary>GET /v2/health/live.</summary>
    public static Ok<ServerLive> HandleLive() => TypedResults.Ok(new ServerLive(Live: true));

    /// <summary>GET /v2/health/ready.</summary>
    public static async Task<IResult> HandleReadyAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        var isReady = ReadinessCheck.CanWork(await check.RunAsync(cancellationToken));
        return TypedResults.Json(new ServerReady(Live: true, isReady), statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>What the server is.</summary>
/// <param name="Name">Always <c>feedbackservice</c>.</param>
/// <param name="Version">Version of this service.</param>
/// <param name="Extensions">Of the protocol, that are supported.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>Whether the process answers.</summary>
/// <param name="Live">Always true.</param>
public sealed record ServerLive(bool Live);

/// <summary>Whether the service can work.</summary>
/// <param name="Live">Always true: the protocol's text has this key here too.</param>
/// <param name="Ready">Whether database and tensors work.</param>
public sealed record ServerReady(bool Live, bool Ready);
