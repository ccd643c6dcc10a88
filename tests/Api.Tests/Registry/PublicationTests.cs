using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Registry;

public sealed class PublicationTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task CrashBetweenRenameAndCommit_LeavesNoVersion_AndPublishingCanBeRepeated()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        var (leases, recovery) = Jobs(registry);
        var lease = await QueueAndClaimAsync(registry);

        // The attempt that dies: its artifact is in place, its transaction never ends.
        await registry.Publisher.StoreAsync(registry.Stage("same"), None);
        await using (var db = registry.Storage.CreateDbContext())
        {
            Assert.Empty(await db.ModelVersions.ToListAsync(None));
        }
        await recovery.RecoverFromOthersAsync("next-process", None);
        var again = await ClaimAsync(registry, "next-process");

        var artifact = await registry.Publisher.StoreAsync(registry.Stage("same"), None);
        Assert.True(await leases.SucceedAsync(again, Outcome(registry, again, artifact), None));
        Assert.False(await leases.SucceedAsync(lease, Outcome(registry, lease, artifact), None));
        Assert.Single(Directory.EnumerateDirectories(registry.Storage.Folder.Blobs));
        Assert.Equal("news:1", (await registry.Registry.ResolveServableAsync("news", None)).Address);
        await using var after = registry.Storage.CreateDbContext();
        Assert.Single(await after.ModelVersions.ToListAsync(None));
    }

    [Fact]
    public async Task FailureInsideThePublication_LeavesJobAndRegistryAsTheyWere()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        var (leases, _) = Jobs(registry);
        var lease = await QueueAndClaimAsync(registry);
        var artifact = await registry.Publisher.StoreAsync(registry.Stage("a"), None);
        var outcome = new JobOutcome(null, async (db, now, token) =>
        {
            await registry.Publisher.AddVersionAsync(db, "news", artifact, lease.JobId, null, now, token);
            await db.SaveChangesAsync(token);
            throw new IOException("the disk went away");
        });
        await Assert.ThrowsAsync<IOException>(() => leases.SucceedAsync(lease, outcome, None));
        await using var after = registry.Storage.CreateDbContext();
        Assert.Empty(await after.Models.ToListAsync(None));
        Assert.Equal(JobState.Running, (await after.Jobs.SingleAsync(None)).State);
    }

    [Fact]
    public async Task ArtifactThatIsNotWhatItsManifestSays_IsNotPublished()
    {
        await using var registry = await RegistryFixture.CreateAsync();
        var staged = registry.Stage("a");
        await File.AppendAllTextAsync(Path.Combine(staged, "config.json"), "x", None);
        await Assert.ThrowsAsync<InvalidArtifactException>(() => registry.Publisher.StoreAsync(staged, None));
        Assert.Empty(Directory.EnumerateDirectories(registry.Storage.Folder.Blobs));
    }

    private static JobOutcome Outcome(RegistryFixture registry, JobLease lease, VerifiedArtifact artifact) =>
        new(null, (db, now, token) => registry.Publisher.AddVersionAsync(db, "news", artifact, lease.JobId, null, now, token));

    private static (JobLeases Leases, JobRecovery Recovery) Jobs(RegistryFixture registry)
    {
        var bell = new JobBell();
        return (new JobLeases(registry.Storage, bell, registry.Storage.Retry, registry.Storage.Clock, Options.Create(new JobOptions())), new JobRecovery(registry.Storage, bell, registry.Storage.Clock));
    }

    private static async Task<JobLease> ClaimAsync(RegistryFixture registry, string owner) =>
        (await new JobClaims(registry.Storage, registry.Storage.Retry, registry.Storage.Clock, Options.Create(new JobOptions()))
            .ClaimAsync(JobQueues.Train, owner, "cpu", None))!;

    private static async Task<JobLease> QueueAndClaimAsync(RegistryFixture registry)
    {
        await using (var db = registry.Storage.CreateDbContext())
        {
            db.Jobs.Add(new JobRow { Id = "ftjob-a", Queue = JobQueues.Train });
            await db.SaveChangesAsync(None);
        }
        return await ClaimAsync(registry, "first-process");
    }
}
