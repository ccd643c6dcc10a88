using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FeedbackService.Api.Features.OpenInference.Rpc;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FeedbackService.Api.Tests.Features.OpenInference;

/// <summary>Calls the protocol by its own names, as a stock client does, over HTTP/2 without TLS.</summary>
internal sealed class InferenceClient(int port, string? key = null) : IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });

    /// <summary>A port that nothing listens on. 0 is no choice: the service tells its two ports apart by their numbers.</summary>
    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    /// <summary>What makes a service listen there.</summary>
    public static Dictionary<string, string> SettingsOf(int port) => new() { ["grpc-port"] = port.ToString(CultureInfo.InvariantCulture) };

    public Task<ServerLiveResponse> LiveAsync() => CallAsync("ServerLive", new ServerLiveRequest(), ServerLiveResponse.Parser);

    public Task<ServerReadyResponse> ReadyAsync() => CallAsync("ServerReady", new ServerReadyRequest(), ServerReadyResponse.Parser);

    public Task<ServerMetadataResponse> ServerAsync() => CallAsync("ServerMetadata", new ServerMetadataRequest(), ServerMetadataResponse.Parser);

    public Task<ModelReadyResponse> ReadyAsync(string name, string version = "") =>
        CallAsync("ModelReady", new ModelReadyRequest { Name = name, Version = version }, ModelReadyResponse.Parser);

    public Task<ModelMetadataResponse> ModelAsync(string name, string version = "") =>
        CallAsync("ModelMetadata", new ModelMetadataRequest { Name = name, Version = version }, ModelMetadataResponse.Parser);

    public Task<ModelInferResponse> InferAsync(ModelInferRequest request) => CallAsync("ModelInfer", request, ModelInferResponse.Parser);

    /// <summary>Any method, also one that the service does not have.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(string name, TRequest request, MessageParser<TResponse> parser)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var method = new Method<TRequest, TResponse>(
            MethodType.Unary,
            "inference.GRPCInferenceService",
            name,
            Marshallers.Create<TRequest>(message => message.ToByteArray(), _ => throw new NotSupportedException()),
            Marshallers.Create<TResponse>(_ => throw new NotSupportedException(), parser.ParseFrom));
        var metadata = key is null ? [] : new Metadata { { "authorization", $"Bearer {key}" } };
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(metadata, cancellationToken: TestContext.Current.CancellationToken), request);
        return await call.ResponseAsync;
    }

    public void Dispose() => _channel.Dispose();
}
