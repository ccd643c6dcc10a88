using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Features.OpenInference.Rpc;
using FeedbackService.Api.Security;
using FeedbackService.Api.Tests.Features.Classify;
using FeedbackService.Api.Tests.Security;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace FeedbackService.Api.Tests.Features.OpenInference;

[Collection(nameof(ServedModels))]
public sealed class InferenceRpcTests : IDisposable
{
    private readonly ServedModels _served;
    private readonly InferenceClient _client;

    public InferenceRpcTests(ServedModels served)
    {
        _served = served;
        _client = new InferenceClient(served.GrpcPort);
    }

    [Fact]
    public async Task Contents_AreAnsweredInContents_WithTheNumbersOfRest()
    {
        var request = Request("feedback", [2], "red", "blue sky 😀");
        request.Id = "42";
        var answer = await _client.InferAsync(request);
        Assert.Equal(("feedback", "1", "42"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Empty(answer.RawOutputContents);
        var rest = await RestAsync("""{"inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":["red","blue sky 😀"]}]}""");
        Assert.Equal(rest.Select(output => (string)output!["name"]!), answer.Outputs.Select(output => output.Name));
        for (var i = 0; i < rest.Count; i++)
        {
            var output = answer.Outputs[i];
            Assert.Equal(((string)rest[i]!["datatype"]!, rest[i]!["shape"]!.ToJsonString()), (output.Datatype, $"[{string.Join(',', output.Shape)}]"));
            Assert.Equal(
                rest[i]!["data"]!.AsArray().Select(value => value!.ToString()),
                output.Datatype == "FP32" ? output.Contents.Fp32Contents.Select(value => JsonValue.Create(value).ToJsonString()) : output.Contents.BytesContents.Select(value => value.ToStringUtf8()));
        }
    }

    [Fact]
    public async Task RawContents_AreAnsweredInRawContents()
    {
        var request = Request("feedback", [2, 1]);
        request.RawInputContents.Add(Raw("red", "blue sky 😀"));
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "scores" });
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "logits", Parameters = { ["classification"] = new InferParameter { Int64Param = 1 } } });
        var answer = await _client.InferAsync(request);
        Assert.All(answer.Outputs, output => Assert.Null(output.Contents));
        var rest = await RestAsync("""{"inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":["red","blue sky 😀"]}],"outputs":[{"name":"scores"},{"name":"logits","parameters":{"classification":1}}]}""");
        var scores = answer.RawOutputContents[0].Span;
        var expected = rest[0]!["data"]!.AsArray().Select(value => (float)value!).ToArray();
        Assert.Equal(expected.Length * sizeof(float), scores.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], BinaryPrimitives.ReadSingleLittleEndian(scores[(i * sizeof(float))..]));
        }

        Assert.Equal(Raw([.. rest[1]!["data"]!.AsArray().Select(value => (string)value!)]), answer.RawOutputContents[1]);
    }

    [Fact]
    public async Task Pairs_VersionAndParameters_MeanWhatTheyMeanOverRest()
    {
        var request = Request("feedback", [1, 2], "red", "sky");
        request.ModelVersion = "1";
        request.Parameters["max_rounds"] = new InferParameter { Int64Param = 0 };
        request.Parameters["priority"] = new InferParameter { Uint64Param = 7 };
        var answer = await _client.InferAsync(request);
        var expected = (await _served.ClassifyAsync("""{"model":"feedback","input":{"text":"red","text_pair":"sky"},"max_rounds":0}"""))["data"]![0]!;
        Assert.Equal((float)expected["score"]!, answer.Outputs[1].Contents.Fp32Contents.Single());
    }

    [Fact]
    public async Task Server_LivesIsReadyAndDescribesItself()
    {
        Assert.True((await _client.LiveAsync()).Live);
        Assert.True((await _client.ReadyAsync()).Ready);
        Assert.Equal(("feedbackservice", "classification"), ((await _client.ServerAsync()).Name, Assert.Single((await _client.ServerAsync()).Extensions)));
    }

    [Fact]
    public async Task Model_IsReadyAndDescribed()
    {
        Assert.True((await _client.ReadyAsync("feedback", "1")).Ready);
        var model = await _client.ModelAsync("feedback");
        Assert.Equal(("feedback", "1"), (model.Name, Assert.Single(model.Versions)));
        Assert.Equal(("text", "BYTES", "-1,1"), (model.Inputs[0].Name, model.Inputs[0].Datatype, string.Join(',', model.Inputs[0].Shape)));
        Assert.Equal(["label -1", "score -1", "scores -1,3", "logits -1,3"], model.Outputs.Select(output => $"{output.Name} {string.Join(',', output.Shape)}"));
    }

    [Theory]
    [InlineData("nothing", "", StatusCode.NotFound, "model_not_found")]
    [InlineData("feedback", "2", StatusCode.NotFound, "model_not_found")]
    [InlineData("mlp", "", StatusCode.FailedPrecondition, "model_not_servable")]
    public async Task ModelThatCannotAnswer_IsRefusedByEveryCall(string name, string version, StatusCode status, string code)
    {
        var infer = Request(name, [1], "red");
        infer.ModelVersion = version;
        await AssertAsync(_client.InferAsync(infer), status, code);
        await AssertAsync(_client.ReadyAsync(name, version), status, code);
        await AssertAsync(_client.ModelAsync(name, version), status, code);
    }

    [Fact]
    public async Task TensorThatDoesNotFit_IsAnInvalidArgument()
    {
        await AssertAsync(_client.InferAsync(new ModelInferRequest { ModelName = "plain" }), StatusCode.InvalidArgument, "invalid_value");
        await AssertAsync(_client.InferAsync(Request("plain", [2], "red")), StatusCode.InvalidArgument, "invalid_value");
        await AssertAsync(_client.InferAsync(Request("plain", [1], "")), StatusCode.InvalidArgument, "text_empty");

        var both = Request("plain", [1], "red");
        both.RawInputContents.Add(Raw("red"));
        await AssertAsync(_client.InferAsync(both), StatusCode.InvalidArgument, "invalid_value");

        var unknown = Request("plain", [1], "red");
        unknown.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "nothing" });
        await AssertAsync(_client.InferAsync(unknown), StatusCode.InvalidArgument, "unknown_output");
    }

    [Theory]
    [InlineData(new byte[] { 3, 0, 0, 0, 65 })]
    [InlineData(new byte[] { 3, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 65 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0xC3, 0x28 })]
    public async Task RawContentsThatAreNoTexts_AreAnInvalidArgument(byte[] bytes)
    {
        var request = Request("plain", [1]);
        request.RawInputContents.Add(ByteString.CopyFrom(bytes));
        await AssertAsync(_client.InferAsync(request), StatusCode.InvalidArgument, "invalid_value");
    }

    [Fact]
    public async Task WhatTheServiceDoesNotHave_IsUnimplemented_AndTooMuchIsExhausted()
    {
        await AssertAsync(_client.CallAsync("ModelStreamInfer", new ServerLiveRequest(), ServerLiveResponse.Parser), StatusCode.Unimplemented, "route_not_found");
        await AssertAsync(_client.InferAsync(Request("plain", [1], new string('x', 64 * 1024 * 1024))), StatusCode.ResourceExhausted, null);
    }

    [Fact]
    public async Task Key_IsAskedForInGrpcsWords_AndTakenFromTheMetadata()
    {
        var port = InferenceClient.FreePort();
        await using var keyed = new ApiFixture { AdminKey = KeyedApi.AdminKey, Settings = InferenceClient.SettingsOf(port) };
        _ = keyed.Address;
        using var without = new InferenceClient(port);
        Assert.True((await without.LiveAsync()).Live);
        await AssertAsync(without.ReadyAsync("nothing"), StatusCode.Unauthenticated, "key_required");
        using var with = new InferenceClient(port, KeyedApi.AdminKey);
        await AssertAsync(with.ReadyAsync("nothing"), StatusCode.NotFound, "model_not_found");
    }

    [Fact]
    public void Calls_SayWhoMayMakeThem()
    {
        var rules = _served.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null)
            .ToDictionary(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()!.Method.Name, endpoint => endpoint.Metadata.GetMetadata<AccessRule>()!.Scope);
        Assert.Equal(["ModelInfer", "ModelMetadata", "ModelReady"], rules.Where(rule => rule.Value == Scopes.Predict).Select(rule => rule.Key).Order());
        Assert.Equal(["ServerLive", "ServerMetadata", "ServerReady"], rules.Where(rule => rule.Value is null).Select(rule => rule.Key).Order());
    }

    [Fact]
    public async Task OtherPort_SpeaksHttp1AndNoGrpc()
    {
        using var client = _served.Api.NewClient();
        Assert.Equal(System.Net.HttpVersion.Version11, (await client.GetAsync("/v2", TestContext.Current.CancellationToken)).Version);
    }

    /// <summary>The numbers on the wire are the protocol's: clients carry their own copy of the messages.</summary>
    [Fact]
    public void Messages_HaveTheProtocolsNames_AndNumbers()
    {
        string Numbers(Google.Protobuf.Reflection.MessageDescriptor message) =>
            string.Join(' ', message.Fields.InFieldNumberOrder().Select(field => $"{field.Name}={field.FieldNumber}"));

        Assert.Equal("inference.ModelInferRequest", ModelInferRequest.Descriptor.FullName);
        Assert.Equal("model_name=1 model_version=2 id=3 parameters=4 inputs=5 outputs=6 raw_input_contents=7", Numbers(ModelInferRequest.Descriptor));
        Assert.Equal("name=1 datatype=2 shape=3 parameters=4 contents=5", Numbers(ModelInferRequest.Types.InferInputTensor.Descriptor));
        Assert.Equal("name=1 parameters=2", Numbers(ModelInferRequest.Types.InferRequestedOutputTensor.Descriptor));
        Assert.Equal("model_name=1 model_version=2 id=3 parameters=4 outputs=5 raw_output_contents=6", Numbers(ModelInferResponse.Descriptor));
        Assert.Equal("name=1 datatype=2 shape=3 parameters=4 contents=5", Numbers(ModelInferResponse.Types.InferOutputTensor.Descriptor));
        Assert.Equal("bool_param=1 int64_param=2 string_param=3 double_param=4 uint64_param=5", Numbers(InferParameter.Descriptor));
        Assert.Equal(
            "bool_contents=1 int_contents=2 int64_contents=3 uint_contents=4 uint64_contents=5 fp32_contents=6 fp64_contents=7 bytes_contents=8",
            Numbers(InferTensorContents.Descriptor));
        Assert.Equal("name=1 versions=2 platform=3 inputs=4 outputs=5", Numbers(ModelMetadataResponse.Descriptor));
    }

    public void Dispose() => _client.Dispose();

    private static ModelInferRequest Request(string model, long[] shape, params string[] texts)
    {
        var input = new ModelInferRequest.Types.InferInputTensor { Name = "text", Datatype = "BYTES", Shape = { shape } };
        if (texts.Length > 0)
        {
            input.Contents = new InferTensorContents { BytesContents = { texts.Select(ByteString.CopyFromUtf8) } };
        }

        return new ModelInferRequest { ModelName = model, Inputs = { input } };
    }

    private static ByteString Raw(params string[] texts)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var text in texts)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            writer.Write(utf8.Length);
            writer.Write(utf8);
        }

        return ByteString.CopyFrom(bytes.ToArray());
    }

    private static async Task AssertAsync(Task call, StatusCode status, string? code)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(status, error.StatusCode);
        Assert.NotEmpty(error.Status.Detail);
        if (code is not null)
        {
            Assert.Equal(code, error.Trailers.GetValue("error-code"));
        }
    }

    private async Task<JsonArray> RestAsync(string body) => (await _served.AnswerAsync("/v2/models/feedback/infer", body))["outputs"]!.AsArray();
}
