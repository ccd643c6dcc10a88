using FeedbackService.Api.Observability;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving.Requests;
using Grpc.Core;

namespace FeedbackService.Api.Features.OpenInference.Rpc;

/// <summary>The Open Inference Protocol over gRPC: the same as its REST routes, message by message.</summary>
internal sealed class InferenceRpc(ClassificationService classifications, ModelRegistry registry, ReadinessCheck readiness)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <inheritdoc/>
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    /// <inheritdoc/>
    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        new() { Ready = ReadinessCheck.CanWork(await readiness.RunAsync(context.CancellationToken)) };

    /// <inheritdoc/>
    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
    {
        var server = GetServer.Metadata;
        return Task.FromResult(new ServerMetadataResponse { Name = server.Name, Version = server.Version, Extensions = { server.Extensions } });
    }

    /// <inheritdoc/>
    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        await classifications.DescribeAsync(TextInference.AddressOf(request.Name, request.Version), context.CancellationToken);
        return new ModelReadyResponse { Ready = true };
    }

    /// <inheritdoc/>
    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var address = TextInference.AddressOf(request.Name, request.Version);
        var model = await GetModelMetadata.DescribeAsync(address, classifications, registry, context.CancellationToken);
        return new ModelMetadataResponse
        {
            Name = model.Name,
            Versions = { model.Versions },
            Platform = model.Platform,
            Inputs = { model.Inputs.Select(RpcTensors.Write) },
            Outputs = { model.Outputs.Select(RpcTensors.Write) },
        };
    }

    /// <inheritdoc/>
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        RpcTensors.Write(request, await RpcTensors.Read(request).RunAsync(classifications, context.CancellationToken));
}
