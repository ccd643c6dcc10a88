using FeedbackService.Testing.Load;

namespace FeedbackService.Api.Tests.Invariants;

/// <summary>The checker that fault tests end with sees what it is there for: every kind of damage is planted once.</summary>
public sealed class InvariantCheckerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_WhereAllIsWell_FindsNothing()
    {
        await using var service = await SoundService.CreateAsync();
        Assert.Empty(await service.Checker.ObserveAsync(Cancel));
        Assert.Empty(await service.CheckAsync());
        Assert.True(await service.Checker.IsQuietAsync(Cancel));
    }

    [Theory]
    [InlineData("I1", "DELETE FROM files", "is not in the database")]
    [InlineData("I1", "UPDATE jobs SET state = 'Queued', finished_at = NULL", "has not ended")]
    [InlineData("I1", "DELETE FROM idempotency_keys WHERE key = 'key-1'", "is not remembered")]
    [InlineData("I1", "UPDATE idempotency_keys SET resource_id = 'ftjob-9' WHERE key = 'key-2'", "is remembered with ftjob-9")]
    [InlineData("I1", "UPDATE idempotency_keys SET resource_id = 'ftjob-1'", "under several keys")]
    [InlineData("I1", "INSERT INTO jobs", "under no key")]
    [InlineData("I2", "DELETE FROM model_versions", "without a version")]
    [InlineData("I2", "UPDATE jobs SET state = 'Failed'", "is Failed and has a version")]
    [InlineData("I2", "INSERT INTO model_versions", "several versions")]
    [InlineData("I3", "UPDATE model_versions SET manifest_sha256 = 'beef'", "SHA-256")]
    [InlineData("I3", "UPDATE checkpoints SET directory = 'checkpoints/gone'", "There is no folder")]
    [InlineData("I3", "UPDATE files SET bytes = 3", "has not 3 bytes")]
    [InlineData("I4", "INSERT INTO job_events (id, job_id, level, type, message, created_at) VALUES ('e', 'ftjob-1', 'info', 'message', 'Step 6.', 3)", "goes on after its end")]
    [InlineData("I4", "INSERT INTO job_events (id, job_id, level, type, message, created_at) VALUES ('e', 'ftjob-1', 'info', 'status', 'Job failed (x): y', 3)", "2 times that it has ended")]
    [InlineData("I4", "UPDATE job_metrics SET created_at = 3000000", "its series goes on")]
    [InlineData("I4", "UPDATE checkpoints SET created_at = 3000000", "a checkpoint from after its end")]
    [InlineData("I4", "UPDATE jobs SET result_model = 'news:2'", "names news:2 and made news:1")]
    [InlineData("I4", "UPDATE jobs SET lease_owner = 'zombie'", "still has a holder")]
    public async Task Check_DamagedRows_NamesTheInvariant(string invariant, string statement, string what)
    {
        await using var service = await SoundService.CreateAsync();
        await service.ExecuteAsync(Whole(statement));
        Assert.Contains(await service.CheckAsync(), violation => violation.Invariant == invariant && violation.What.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_TwoAnswersToOneKey_IsAViolation()
    {
        await using var service = await SoundService.CreateAsync();
        service.History.Add(new HistoryEntry("key-2", "POST /v1/fine_tuning/jobs", DateTimeOffset.UnixEpoch, 200, "ftjob-2", null));
        Assert.Contains(await service.CheckAsync(), violation => violation is { Invariant: "I1", Subject: "key-2" });
    }

    [Fact]
    public async Task Check_AFlippedBitOfTheWeights_IsAViolation()
    {
        await using var service = await SoundService.CreateAsync();
        var weights = Directory.GetFiles(service.Folder.Blobs, "model.safetensors", SearchOption.AllDirectories).Single();
        var before = await service.Checker.WeightsOfAsync("news:1", Cancel);
        var bytes = await File.ReadAllBytesAsync(weights, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, Cancel);
        Assert.Equal(["I3"], (await service.CheckAsync()).Select(violation => violation.Invariant));
        Assert.NotEqual(before, await service.Checker.WeightsOfAsync("news:1", Cancel));
    }

    [Fact]
    public async Task Check_AnEndThatHasChangedSinceItWasSeen_IsAViolation()
    {
        await using var service = await SoundService.CreateAsync();
        await service.Checker.ObserveAsync(Cancel);
        await service.ExecuteAsync("UPDATE jobs SET finished_at = finished_at + 1");
        Assert.Equal(["I5"], (await service.CheckAsync()).Select(violation => violation.Invariant));
        Assert.Equal(["I5"], (await service.Checker.ObserveAsync(Cancel)).Select(violation => violation.Invariant));
    }

    [Theory]
    [InlineData("staging/ftjob-1/1/task.json")]
    [InlineData("checkpoints/ftjob-1/resume-5/state.json")]
    [InlineData("checkpoints/ftjob-1/step-5.2.partial/state.json")]
    [InlineData("blobs/beef/manifest.json")]
    [InlineData("files/be/beef")]
    [InlineData("files/findings/file-9/issues")]
    [InlineData("evaluations/eval_9.jsonl")]
    [InlineData("batches/batch_9/1-output.jsonl")]
    [InlineData("tmp/upload")]
    [InlineData("incoming/upload")]
    [InlineData("trash/model/config.json")]
    public async Task Check_WhatNoRowNames_IsAViolationOnceItIsOld(string path)
    {
        await using var service = await SoundService.CreateAsync();
        service.Plant(path);
        Assert.Equal([("I6", path)], (await service.CheckAsync()).Select(violation => (violation.Invariant, violation.Subject)));
        Assert.Empty(await service.Checker.CheckAsync(service.History, TimeSpan.FromMinutes(10), Cancel));
    }

    // Rows that the tables would refuse, or that copy a row with all its columns.
    private static string Whole(string statement) => statement switch
    {
        "INSERT INTO model_versions" => """
            DROP INDEX IX_model_versions_job_id;
            CREATE TEMP TABLE copy AS SELECT * FROM model_versions;
            UPDATE copy SET version = 2;
            INSERT INTO model_versions SELECT * FROM copy;
            """,
        "INSERT INTO jobs" => """
            CREATE TEMP TABLE copy AS SELECT * FROM jobs;
            UPDATE copy SET id = 'ftjob-2';
            INSERT INTO jobs SELECT * FROM copy;
            """,
        _ => statement,
    };
}
