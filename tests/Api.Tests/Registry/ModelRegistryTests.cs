using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Tests.Registry;

public sealed class ModelRegistryTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("news", "news:2")]
    [InlineData("news:1", "news:1")]
    [InlineData("news@latest", "news:2")]
    [InlineData("news@stable", "news:1")]
    public async Task Address_MeansAVersion(string address, string resolved)
    {
        await using var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("news");
        await registry.PublishAsync("news");
        await registry.MoveAsync("news", "stable", 1);
        Assert.Equal(resolved, (await registry.Registry.ResolveServableAsync(address, None)).Address);
    }

    [Fact]
    public async Task BareName_MeansProduction_IfThatIsSet()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("news");
        await registry.PublishAsync("news");
        await registry.MoveAsync("news", "production", 1);
        Assert.Equal("news:1", (await registry.Registry.ResolveServableAsync("news", None)).Address);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("news:2")]
    [InlineData("news:0")]
    [InlineData("news:-1")]
    [InlineData("news: 1")]
    [InlineData("news@none")]
    [InlineData("news@")]
    [InlineData("../news")]
    [InlineData("news\n")]
    [InlineData("")]
    [InlineData("ftjob-a:step-1")]
    [InlineData("ftjob-a:step-x")]
    public async Task Address_OfNothing_IsNotFound(string address)
    {
        await using var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("news");
        var refused = await Assert.ThrowsAsync<ServiceException>(() => registry.Registry.ResolveServableAsync(address, None));
        Assert.Equal((404, "model_not_found"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task PresetsAndEncoders_AreNotServable()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("base", ArtifactKind.Encoder);
        foreach (var address in new[] { "mlp", "base" })
        {
            var refused = await Assert.ThrowsAsync<ServiceException>(() => registry.Registry.ResolveServableAsync(address, None));
            Assert.Equal((422, "model_not_servable"), (refused.Status, refused.Code));
        }
        Assert.Equal("encoder", (await registry.Registry.ResolveAsync("base", None)).Kind);
    }

    [Fact]
    public async Task Checkpoint_IsAModelOfItsOwn()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        var stored = await registry.Artifacts.PublishAsync(registry.Stage("c"), None);
        await using (var db = registry.Storage.CreateDbContext())
        {
            db.Jobs.Add(new JobRow { Id = "ftjob-a" });
            db.Checkpoints.Add(new CheckpointRow { Id = "ftckpt_a", JobId = "ftjob-a", Step = 20, Directory = stored.Directory, ManifestSha256 = stored.ManifestSha256 });
            await db.SaveChangesAsync(None);
        }
        var model = await registry.Registry.ResolveServableAsync("ftjob-a:step-20", None);
        Assert.Equal(("ftjob-a:step-20", stored.ManifestSha256), (model.Address, model.ManifestSha256));
    }

    [Fact]
    public async Task Models_AreListedNewestFirst_WithLatestVersionAndAliases()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("a");
        await registry.PublishAsync("b");
        await registry.PublishAsync("a");
        await registry.MoveAsync("a", "stable", 1);
        var first = await registry.Models.ListAsync(null, new RegistryQuery(1), None);
        Assert.True(first.HasMore);
        Assert.Equal("b", first.Items[0].Model.Name);
        var rest = await registry.Models.ListAsync("b", new RegistryQuery(10), None);
        Assert.Equal(("a", 2, "stable"), (rest.Items[0].Model.Name, rest.Items[0].LatestVersion!.Version, rest.Items[0].Aliases[0].Alias));
        await registry.Models.DeleteAsync("b", None);
        Assert.Single((await registry.Models.ListAsync(null, new RegistryQuery(10), None)).Items);
    }

    [Theory]
    [InlineData("news", null)]
    [InlineData("n", null)]
    [InlineData("News", 400)]
    [InlineData("-news", 400)]
    [InlineData("news.", 400)]
    [InlineData("a..b", null)]
    [InlineData("a/b", 400)]
    [InlineData("news\n", 400)]
    [InlineData("", 400)]
    [InlineData("latest", 409)]
    [InlineData("mlp", 409)]
    public void Name_IsChecked(string name, int? status)
    {
        var refused = Record.Exception(() => ModelNames.Require(name, new ReservedNames(new HashSet<string> { "mlp" }), "suffix"));
        Assert.Equal(status, (refused as ServiceException)?.Status);
    }

    [Fact]
    public void Name_MayHave64Characters_NotMore()
    {
        Assert.True(ModelNames.IsWellFormed(new string('a', 64)));
        Assert.False(ModelNames.IsWellFormed(new string('a', 65)));
    }

    [Theory]
    [InlineData("sport", "old", null, "sport")]
    [InlineData(null, "old", null, "old")]
    [InlineData(null, null, "mlp", "mlp-abcdefgh")]
    public void ResultName_IsSuffixThenBaseThenPresetAndJob(string? suffix, string? baseModel, string? preset, string name) =>
        Assert.Equal(name, ModelNames.ForResult(suffix, baseModel, preset, "ftjob-abcdefghijkl"));
}
