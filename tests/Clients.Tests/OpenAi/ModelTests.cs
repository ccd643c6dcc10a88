using System.ClientModel;

namespace FeedbackService.Clients.Tests.OpenAi;

public sealed class ModelTests(RunningService service)
{
    private readonly OpenAiClients _openAi = new(service);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_AreListedAndRetrieved_HoweverTheirNamesAreEncoded()
    {
        var job = await _openAi.FineTuneAsync((await _openAi.UploadAsync()).Id, epochs: 1, "nuget-models");
        await _openAi.UntilAsync(job.JobId, "succeeded");
        var ids = (await _openAi.Models.GetModelsAsync(Cancel)).Value.Select(model => model.Id).ToList();
        Assert.Contains("mlp", ids);
        Assert.Contains("nuget-models:1", ids);
        foreach (var address in new[] { "nuget-models:1", "nuget-models", "nuget-models@latest" })
        {
            Assert.Equal("nuget-models:1", (await _openAi.Models.GetModelAsync(address, Cancel)).Value.Id);
        }
    }

    [Fact]
    public async Task FineTunedModel_IsDeleted_UnlessItServes()
    {
        var file = (await _openAi.UploadAsync()).Id;
        var first = await _openAi.FineTuneAsync(file, epochs: 1, "nuget-deleted");
        var second = await _openAi.FineTuneAsync(file, epochs: 1, "nuget-deleted");
        await _openAi.UntilAsync(first.JobId, "succeeded");
        await _openAi.UntilAsync(second.JobId, "succeeded");
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.Models.DeleteModelAsync("nuget-deleted:2", Cancel));
        Assert.Equal(409, refused.Status);
        Assert.Contains("version_in_use", refused.Message, StringComparison.Ordinal);
        var deleted = (await _openAi.Models.DeleteModelAsync("nuget-deleted:1", Cancel)).Value;
        Assert.Equal(("nuget-deleted:1", true), (deleted.ModelId, deleted.Deleted));
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.Models.GetModelAsync("nuget-deleted:1", Cancel));
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task ModelThatIsNotThere_IsNotFound_EvenWithASlash()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.Models.GetModelAsync("team/nobody:3@prod", Cancel));
        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message, StringComparison.Ordinal);
    }
}
