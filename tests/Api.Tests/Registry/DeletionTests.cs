using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Registry;

public sealed class DeletionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Number_OfADeletedVersion_NeverComesBack()
    {
        await using var registry = await WithVersionsAsync(2);
        await registry.MoveAsync("news", "production", 1);
        await registry.Models.DeleteVersionAsync("news", 2, None);
        Assert.Equal("news:3", await registry.PublishAsync("news"));
    }

    [Fact]
    public async Task Numbers_OfADeletedModel_NeverComeBack()
    {
        await using var registry = await WithVersionsAsync(2);
        await registry.Models.DeleteAsync("news", None);
        Assert.Equal("news:3", await registry.PublishAsync("news"));
        await registry.Models.DeleteAsync("news", None);
        Assert.Equal("news:4", await registry.PublishAsync("news"));
    }

    [Fact]
    public async Task NewestOfSeveral_WithoutProduction_IsWhatTheNameMeans_AndStays()
    {
        await using var registry = await WithVersionsAsync(2);
        Assert.Equal("version_in_use", (await RefusedAsync(registry.Models.DeleteVersionAsync("news", 2, None))).Code);
        await registry.Models.DeleteVersionAsync("news", 1, None);
    }

    [Fact]
    public async Task OnlyVersion_WithoutAnAlias_MayGo()
    {
        await using var registry = await WithVersionsAsync(1);
        await registry.Models.DeleteVersionAsync("news", 1, None);
        Assert.Null((await registry.Models.GetAsync("news", None)).LatestVersion);
    }

    [Fact]
    public async Task AliasedVersion_Stays()
    {
        await using var registry = await WithVersionsAsync(2);
        await registry.MoveAsync("news", "stable", 1);
        Assert.Contains("'stable'", (await RefusedAsync(registry.Models.DeleteVersionAsync("news", 1, None))).Message, StringComparison.Ordinal);
        Assert.Contains("news:1: the alias 'stable'", (await RefusedAsync(registry.Models.DeleteAsync("news", None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionAnotherIsBuiltOn_Stays_ButGoesWithItsModel()
    {
        await using var registry = await WithVersionsAsync(2);
        await using (var db = registry.Storage.CreateDbContext())
        {
            var first = await db.ModelVersions.Where(row => row.Version == 1).Select(row => row.ManifestSha256).SingleAsync(None);
            await db.ModelVersions.Where(row => row.Version == 2).ExecuteUpdateAsync(set => set.SetProperty(row => row.BaseManifestSha256, first), None);
        }
        Assert.Contains("news:2 needs its weights", (await RefusedAsync(registry.Models.DeleteVersionAsync("news", 1, None))).Message, StringComparison.Ordinal);
        await registry.Models.DeleteAsync("news", None);
    }

    [Fact]
    public async Task Model_ThatATrainingIsMakingAVersionOf_Stays()
    {
        await using var registry = await WithVersionsAsync(1);
        var job = await Jobs(registry).CreateAsync(new NewJob(Ids.NewFineTuningJob(), JobKind.Train, "{}") { ModelName = "news" }, None);
        Assert.Contains(job.Id, (await RefusedAsync(registry.Models.DeleteAsync("news", None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AliasMovedWhileItsVersionIsDeleted_OneOfThemIsRefused_AndNothingDangles()
    {
        await using var registry = await WithVersionsAsync(2);
        for (var round = 2; round < 14; round++)
        {
            await registry.MoveAsync("news", "production", 1);
            var outcomes = await AtOnceAsync(
                () => registry.MoveAsync("news", "production", round), () => registry.Models.DeleteVersionAsync("news", round, None));
            await using var db = registry.Storage.CreateDbContext();
            var target = (await db.Aliases.SingleAsync(None)).Version;
            Assert.True(await db.ModelVersions.AnyAsync(row => row.Version == target, None));
            Assert.Single(outcomes, outcome => outcome is null);
            Assert.IsType<ServiceException>(outcomes.Single(outcome => outcome is not null));
            await registry.PublishAsync("news");
        }
    }

    [Fact]
    public async Task JobQueuedWhileItsModelIsDeleted_OneOfThemIsRefused()
    {
        await using var registry = await WithVersionsAsync(2);
        await registry.MoveAsync("news", "production", 1);
        var jobs = Jobs(registry);
        for (var version = 2; version < 14; version++)
        {
            var address = $"news:{version}";
            var job = new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, "{}") { Reads = [address] };
            var outcomes = await AtOnceAsync(() => jobs.CreateAsync(job, None), () => registry.Models.DeleteVersionAsync("news", version, None));
            await using var db = registry.Storage.CreateDbContext();
            Assert.Single(outcomes, outcome => outcome is null);
            Assert.Equal(outcomes[0] is null, await db.ModelVersions.AnyAsync(row => row.Version == version, None));
            await db.Jobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, JobState.Cancelled), None);
            await registry.PublishAsync("news");
        }
    }

    private static async Task<ServiceException> RefusedAsync(Task deletion)
    {
        var refused = await Assert.ThrowsAsync<ServiceException>(() => deletion);
        Assert.Equal(409, refused.Status);
        return refused;
    }

    private static async Task<Exception?[]> AtOnceAsync(params Func<Task>[] works)
    {
        using var start = new Barrier(works.Length);
        return await Task.WhenAll(works.Select(work => Task.Run(async () =>
        {
            start.SignalAndWait(None);
            return await Record.ExceptionAsync(work);
        })));
    }

    private static JobStore Jobs(RegistryFixture registry) =>
        new(
            registry.Storage, new JobBell(), new RunningJobs(), new KeyQuotas(new HttpContextAccessor(), Options.Create(new QuotaOptions())),
            new WorkerRegistry(registry.Storage, registry.Storage.Clock, Options.Create(new WorkerOptions())), registry.Storage.Clock, Options.Create(new JobOptions()));

    private static async Task<RegistryFixture> WithVersionsAsync(int count)
    {
        var registry = await RegistryFixture.CreateAsync();
        for (var version = 0; version < count; version++)
        {
            await registry.PublishAsync("news");
        }
        return registry;
    }
}
