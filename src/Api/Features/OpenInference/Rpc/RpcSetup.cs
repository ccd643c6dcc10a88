using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Security;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Features.OpenInference.Rpc;

/// <summary>gRPC, where a port was given for it.</summary>
internal static class RpcSetup
{
    /// <summary>Adds what the calls need.</summary>
    public static void AddRpc(this IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            grpc.IgnoreUnknownServices = true;
            grpc.Interceptors.Add<GrpcProblems>();
        });
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<ServiceOptions>>(
            (grpc, options) => grpc.MaxReceiveMessageSize = (int)Math.Min(options.Value.MaxClassifyBytes, int.MaxValue));
    }

    /// <summary>Maps the calls, unless no port was given.</summary>
    public static void MapRpc(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ServiceOptions>>().Value.GrpcPort is null)
        {
            return;
        }

        app.MapGrpcService<InferenceRpc>().ExcludeFromDescription().WithClassifyBodies()
            .Add(call => call.Metadata.Add(new AccessRule(IsAboutServer(call) ? null : Scopes.Predict)));
    }

    // ServerLive, ServerReady and ServerMetadata: as over REST, anyone may ask whether the server works.
    private static bool IsAboutServer(EndpointBuilder call) =>
        call.Metadata.OfType<GrpcMethodMetadata>().Single().Method.Name.StartsWith("Server", StringComparison.Ordinal);
}
