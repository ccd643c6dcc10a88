using System.Text.Json.Nodes;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Features.OpenInference;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features.Classify;

/// <summary>The service with its workers and a few tiny models registered: plain, feedback, attending, multi and the bare encoder.</summary>
[CollectionDefinition(nameof(ServedModels))]
public sealed class ServedModels : IAsyncLifetime, ICollectionFixture<ServedModels>
{
    public ServedModels() => Api = new ApiFixture { Role = "all", Settings = InferenceClient.SettingsOf(GrpcPort) };

    public ApiFixture Api { get; }

    public int GrpcPort { get; } = InferenceClient.FreePort();

    public async ValueTask InitializeAsync()
    {
        _ = Api.Address;
        foreach (var (name, config) in TinyArtifacts.Kinds)
        {
            await RegisterAsync(name, config);
        }

        await RegisterAsync("multi", TinyModels.Plain() with { Head = HeadKind.MultiLabel }, new Calibration([], [0, 0.999, 0]));
        await RegisterAsync("bare", TinyModels.Plain(), kind: "encoder");
    }

    /// <summary>Puts a version into the registry as a finished training does.</summary>
    internal async Task<StoredArtifact> RegisterAsync(string name, ClassifierConfig config, Calibration? calibration = null, string kind = "classifier")
    {
        var folder = Path.Combine(Api.DataFolder, "tmp", Path.GetRandomFileName());
        TinyArtifacts.Write(folder, config, calibration, seed: name.Sum(character => character));
        var stored = await Api.Services.GetRequiredService<ArtifactStore>().PublishAsync(folder, CancellationToken.None);
        await using var db = await Api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(CancellationToken.None);
        db.Models.Add(new ModelRow { Name = name, LastVersion = 1 });
        db.ModelVersions.Add(new ModelVersionRow
        {
            ModelName = name,
            Version = 1,
            Kind = kind,
            ManifestSha256 = stored.ManifestSha256,
            Directory = stored.Directory,
            Bytes = stored.Bytes,
        });
        await db.SaveChangesAsync(CancellationToken.None);
        return stored;
    }

    /// <summary>Posts a body as it is.</summary>
    public async Task<HttpResponseMessage> PostAsync(string body, string? prefer = null, string? idempotencyKey = null)
    {
        using var client = Api.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/classify")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        if (prefer is not null)
        {
            request.Headers.Add("Prefer", prefer);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts a body as it is to a route of another dialect.</summary>
    public async Task<HttpResponseMessage> PostToAsync(string path, string body)
    {
        using var client = Api.NewClient();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts to a route of another dialect and reads a successful answer.</summary>
    public async Task<JsonNode> AnswerAsync(string path, string body)
    {
        using var response = await PostToAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
        return JsonNode.Parse(text)!;
    }

    /// <summary>Posts and reads a successful answer.</summary>
    public async Task<JsonObject> ClassifyAsync(string body)
    {
        using var response = await PostAsync(body);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return await ApiFixture.ReadAsync(response);
    }

    public async ValueTask DisposeAsync() => await Api.DisposeAsync();
}
