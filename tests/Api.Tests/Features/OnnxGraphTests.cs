using System.Net;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Tests.Features.Classify;
using FeedbackService.Model.Onnx;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

[Collection(nameof(ServedModels))]
public sealed class OnnxGraphTests(ServedModels served)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("model.onnx", OnnxPart.Classifier)]
    [InlineData("beginning.onnx", OnnxPart.Beginning)]
    [InlineData("ending.onnx", OnnxPart.Ending)]
    [InlineData("feedback.onnx", OnnxPart.Feedback)]
    public async Task Graph_IsThatOfTheArtifact(string file, OnnxPart part)
    {
        var name = $"onnx-{part}".ToLowerInvariant();
        var stored = await served.RegisterAsync(name, TinyArtifacts.Kinds["feedback"]);
        using var client = served.Api.NewClient();

        var response = await client.GetAsync($"/v1/registry/models/{name}/versions/1/onnx/{file}", Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((file, "application/octet-stream"), (response.Content.Headers.ContentDisposition!.FileName, response.Content.Headers.ContentType!.MediaType));

        using var expected = new MemoryStream();
        OnnxExport.Write(await served.Api.Services.GetRequiredService<ArtifactStore>().GetLocalAsync(stored.Directory, Cancel), null, part, expected);
        Assert.Equal(expected.ToArray(), await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task WhatCannotBeExported_SaysWhy()
    {
        using var client = served.Api.NewClient();
        await Problems.AssertAsync(await client.GetAsync("/v1/registry/models/plain/versions/1/onnx/feedback.onnx", Cancel), 422, "not_exportable");
        await Problems.AssertAsync(await client.GetAsync("/v1/registry/models/plain/versions/1/onnx/other.onnx", Cancel), 404, "artifact_not_found", "file");
        await Problems.AssertAsync(await client.GetAsync("/v1/registry/models/plain/versions/9/onnx/model.onnx", Cancel), 404, "model_not_found", "model");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync("/v1/registry/models/bare/versions/1/onnx/model.onnx", Cancel)).StatusCode);
    }
}
