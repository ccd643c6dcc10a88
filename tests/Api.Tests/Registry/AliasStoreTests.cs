using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;

namespace FeedbackService.Api.Tests.Registry;

public sealed class AliasStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Move_WithTheRevisionSeen_Succeeds_AndWithAnOldOneFails()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        var seen = (await registry.Aliases.GetAsync("news", "stable", None)).Revision;
        await registry.MoveAsync("news", "stable", 2, seen);
        var refused = await Assert.ThrowsAsync<ServiceException>(() => registry.MoveAsync("news", "stable", 1, seen));
        Assert.Equal(412, refused.Status);
        Assert.Equal(2, (await registry.Aliases.GetAsync("news", "stable", None)).Version);
    }

    [Fact]
    public async Task Moves_AtOnce_WithTheSameRevision_OneWins()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        var seen = (await registry.Aliases.GetAsync("news", "stable", None)).Revision;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
            await Record.ExceptionAsync(() => registry.MoveAsync("news", "stable", 2, seen)) is null)));
        Assert.Equal(1, outcomes.Count(won => won));
    }

    [Fact]
    public async Task Revision_DoesNotComeBack_AfterTheAliasWasRemovedAndMadeAgain()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        var first = (await registry.Aliases.GetAsync("news", "stable", None)).Revision;
        await registry.Aliases.DeleteAsync("news", "stable", AliasPrecondition.Seen(first), null, None);
        await registry.MoveAsync("news", "stable", 1);
        Assert.NotEqual(first, (await registry.Aliases.GetAsync("news", "stable", None)).Revision);
    }

    [Fact]
    public async Task History_KeepsEveryMove_NewestFirst()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        await registry.MoveAsync("news", "stable", 2);
        await registry.Aliases.DeleteAsync("news", "stable", AliasPrecondition.None, null, None);
        var moves = await registry.Aliases.HistoryAsync("news", "stable", null, 10, None);
        Assert.Equal([(2, null), (1, 2), (null, 1)], moves.Items.Select(move => (move.FromVersion, move.ToVersion)));
    }

    [Fact]
    public async Task Rollback_OfTheFirstMove_IsRefused()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        Assert.Equal((409, "nothing_to_roll_back"), await RefusedAsync(registry));
    }

    [Fact]
    public async Task Rollbacks_GoOnBackThroughTheHistory_AndNeverToTheVersionJustLeft()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.PublishAsync("news");
        foreach (var version in new[] { 1, 2, 3 })
        {
            await registry.MoveAsync("news", "stable", version);
        }
        Assert.Equal(2, await RollbackAsync(registry));
        await registry.MoveAsync("news", "stable", 3);
        Assert.Equal(2, await RollbackAsync(registry));
        Assert.Equal(1, await RollbackAsync(registry));
        Assert.Equal((409, "nothing_to_roll_back"), await RefusedAsync(registry));
        await registry.MoveAsync("news", "stable", 3);
        Assert.Equal(1, await RollbackAsync(registry));
    }

    [Fact]
    public async Task Rollback_ToADeletedVersion_IsRefused()
    {
        await using var registry = await WithTwoVersionsAsync();
        await registry.MoveAsync("news", "stable", 1);
        await registry.MoveAsync("news", "stable", 2);
        await registry.Models.DeleteVersionAsync("news", 1, None);
        Assert.Equal((409, "version_deleted"), await RefusedAsync(registry));
        Assert.Equal(2, (await registry.Aliases.GetAsync("news", "stable", None)).Version);
    }

    [Theory]
    [InlineData("news", "stable", 9, 404)]
    [InlineData("other", "stable", 1, 404)]
    [InlineData("news", "latest", 1, 409)]
    [InlineData("news", "v2", 1, 409)]
    [InlineData("news", "7", 1, 409)]
    [InlineData("news", "Stable", 1, 400)]
    public async Task Move_ThatCannotBe_IsRefused(string model, string alias, int version, int status)
    {
        await using var registry = await WithTwoVersionsAsync();
        var refused = await Assert.ThrowsAsync<ServiceException>(() => registry.Aliases.PutAsync(new AliasMove(model, alias, version, null, null), AliasPrecondition.None, None));
        Assert.Equal(status, refused.Status);
    }

    private static async Task<int> RollbackAsync(RegistryFixture registry) =>
        (await registry.Aliases.RollbackAsync("news", "stable", AliasPrecondition.None, null, null, None)).Version;

    private static async Task<(int Status, string Code)> RefusedAsync(RegistryFixture registry)
    {
        var refused = await Assert.ThrowsAsync<ServiceException>(() => RollbackAsync(registry));
        return (refused.Status, refused.Code);
    }

    private static async Task<RegistryFixture> WithTwoVersionsAsync()
    {
        var registry = await RegistryFixture.CreateAsync();
        await registry.PublishAsync("news");
        await registry.PublishAsync("news");
        return registry;
    }
}
