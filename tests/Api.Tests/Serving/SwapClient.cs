using System.Text.Json.Nodes;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Moves an alias between versions whose labels have nothing in common, and asks; an answer that mixed them would show.</summary>
internal sealed class SwapClient(HttpClient http) : IDisposable
{
    /// <summary>Labels by version.</summary>
    public static readonly string[][] Labels = [["red", "green", "blue"], ["spam", "ham", "eggs"]];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Registers a model with two versions, <c>production</c> at the first.</summary>
    public static async Task RegisterAsync(IServiceProvider services, string name)
    {
        foreach (var labels in Labels)
        {
            var staged = Path.Combine(services.GetRequiredService<DataFolder>().Staging, Path.GetRandomFileName());
            TinyArtifacts.Write(staged, TinyModels.Plain() with { Labels = labels });
            var publisher = services.GetRequiredService<ModelPublisher>();
            var artifact = await publisher.StoreAsync(staged, Cancel);
            await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
            await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, Cancel);
            await publisher.AddVersionAsync(db, name, artifact, null, null, TimeProvider.System.NowMicroseconds(), Cancel);
            await db.SaveChangesAsync(Cancel);
            await transaction.CommitAsync(Cancel);
        }
        await services.GetRequiredService<AliasStore>().PutAsync(new AliasMove(name, ModelNames.Production, 1, "", null), AliasPrecondition.None, Cancel);
    }

    /// <summary>Asks; the answer is whole and of one model.</summary>
    /// <returns>The version that answered.</returns>
    public async Task<int> AskAsync(string address)
    {
        var answer = await ApiFixture.ReadAsync(await SendAsync(address));
        var model = (string)answer["model"]!;
        var version = model[^1] - '0';
        foreach (var item in answer["data"]!.AsArray())
        {
            Assert.Equal(Labels[version - 1].Order(), item!["scores"]!.AsArray().Select(score => (string)score!["label"]!).Order());
        }
        return version;
    }

    /// <summary>Asks, however that ends.</summary>
    public Task<HttpResponseMessage> SendAsync(string address) =>
        http.PostAsJsonAsync("/v1/classify", new JsonObject { ["model"] = address, ["input"] = new JsonArray("red sky", "green apples", "not blue") }, Cancel);

    /// <summary>Moves <c>production</c>, however that ends.</summary>
    public Task<HttpResponseMessage> MoveAsync(string name, int version) =>
        http.PutAsJsonAsync($"/v1/registry/models/{name}/aliases/production", new { version }, Cancel);

    /// <summary>Waits until a version answers.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> SeesAsync(string address, int version)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await AskAsync(address) != version && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(10, Cancel);
        }
        return TimeProvider.System.GetElapsedTime(started);
    }

    public void Dispose() => http.Dispose();
}
