using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.TensorBoard;

public sealed class TensorBoardDownloadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Step = """{"epoch":0.5,"loss":1.5,"round_losses":[1.6,1.4],"learning_rate":0.01,"grad_norm":2,"trained_tokens":100,"texts_per_second":321.5,"eta_seconds":7}""";
    private const string Evaluation = """{"valid_loss":0.9,"accuracy":0.75,"macro_f1":0.7,"rounds":[{"round":0,"loss":1,"accuracy":0.7},{"round":1,"loss":0.9,"accuracy":0.75,"relative_change":0.25,"scale_rms":0.125,"mean_change":0.5}],"is_best":true}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_HasTheSeries_AndTensorBoardsName()
    {
        using var client = api.NewClient();
        var id = await JobAsync(client);
        await AppendAsync(id, (10, "step", Step), (10, "evaluation", Evaluation));
        using var response = await client.GetAsync(Route(id), Cancel);
        Assert.Matches($@"^events\.out\.tfevents\.\d{{10}}\.{id}$", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        var events = EventFileReader.Read(await response.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Contains("| n_epochs |", events[1].Summary.Value[0].Tensor.StringVal[0].ToStringUtf8(), StringComparison.Ordinal);
        var scalars = events.Skip(2).SelectMany(e => e.Summary.Value).ToDictionary(value => value.Tag, value => value.SimpleValue);
        Assert.Equal((1.5f, 0.01f, 321.5f), (scalars["train/loss"], scalars["train/learning_rate"], scalars["speed/texts_per_second"]));
        Assert.Equal((0.9f, 0.75f, 0.7f), (scalars["validation/loss"], scalars["validation/accuracy"], scalars["validation/macro_f1"]));
        Assert.Equal((1.6f, 0.7f), (scalars["train/loss/round_0"], scalars["validation/accuracy/round_0"]));
        Assert.Equal((0.25f, 0.125f, 0.5f), (scalars["validation/relative_change/round_1"], scalars["validation/scale_rms/round_1"], scalars["validation/mean_change/round_1"]));
        Assert.All(events.Skip(2), e => Assert.Equal(10, e.Step));
    }

    [Fact]
    public async Task EarlierDownload_IsTheBeginningOfALaterOne()
    {
        using var client = api.NewClient();
        var id = await JobAsync(client);
        var earlier = await client.GetByteArrayAsync(Route(id), Cancel);
        for (var step = 1; step <= 20; step++)
        {
            await AppendAsync(id, (step * 10, "step", Step), (step * 10, "evaluation", Evaluation));
            var later = await client.GetByteArrayAsync(Route(id), Cancel);
            Assert.True(later.Length > earlier.Length && later.AsSpan(0, earlier.Length).SequenceEqual(earlier));
            earlier = later;
        }

        Assert.Equal(earlier, await client.GetByteArrayAsync(Route(id), Cancel));
    }

    [Fact]
    public async Task Range_FetchesOnlyWhatIsNew_AndSaysWhenThereIsNothing()
    {
        using var client = api.NewClient();
        var id = await JobAsync(client);
        var first = await client.GetByteArrayAsync(Route(id), Cancel);
        await AppendAsync(id, (10, "step", Step));
        using (var rest = await FromAsync(first.Length))
        {
            Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
            byte[] whole = [.. first, .. await rest.Content.ReadAsByteArrayAsync(Cancel)];
            Assert.Equal(await client.GetByteArrayAsync(Route(id), Cancel), whole);
            using var none = await FromAsync(whole.Length);
            Assert.Equal(whole.Length, none.Content.Headers.ContentRange?.Length);
            await Problems.AssertAsync(none, 416, "range_not_satisfiable");
        }

        async Task<HttpResponseMessage> FromAsync(int start)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Route(id));
            request.Headers.Range = new RangeHeaderValue(start, null);
            return await client.SendAsync(request, Cancel);
        }
    }

    [Fact]
    public async Task StepsTakenAnew_AfterACrash_RestartTheRun()
    {
        using var client = api.NewClient();
        var id = await JobAsync(client);
        await AppendAsync(id, (10, "step", Step), (20, "step", Step), (15, "step", Step), (25, "step", Step));
        var events = EventFileReader.Read(await client.GetByteArrayAsync(Route(id), Cancel));
        var restart = Assert.Single(events, e => e.WhatCase == Tensorboard.Event.WhatOneofCase.SessionLog);
        Assert.Equal(15, restart.Step);
    }

    [Fact]
    public async Task UnknownJob_Is404()
    {
        using var client = api.NewClient();
        await Problems.AssertAsync(await client.GetAsync(Route("ftjob-nope"), Cancel), 404, "job_not_found");
    }

    [Fact]
    public async Task Downloads_LeaveNoFilesBehind()
    {
        using var client = api.NewClient();
        await client.GetByteArrayAsync(Route(await JobAsync(client)), Cancel);

        // The service closes its file after the last byte, which the client may have read by then.
        IEnumerable<string> Left() => Directory.EnumerateFiles(Path.Combine(api.DataFolder, "tmp"));
        await Eventually.HoldsAsync(_ => Task.FromResult(!Left().Any()), TimeSpan.FromSeconds(10), () => string.Join(", ", Left()), Cancel);
    }

    private static string Route(string id) => $"/v1/fine_tuning/jobs/{id}/tensorboard";

    private static async Task<string> JobAsync(HttpClient client)
    {
        var csv = "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text number {i},{(i % 2 == 0 ? "a" : "b")}\n"));
        var file = await ApiFixture.UploadAsync(client, csv);
        var job = await client.PostAsJsonAsync("/v1/fine_tuning/jobs", new JsonObject { ["model"] = "mlp", ["training_file"] = (string)file["id"]! }, Cancel);
        return (string)(await ApiFixture.ReadAsync(job))["id"]!;
    }

    private async Task AppendAsync(string id, params (int Step, string Kind, string Values)[] points)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        foreach (var (step, kind, values) in points)
        {
            db.JobMetrics.Add(new JobMetricRow { JobId = id, Step = step, Kind = kind, ValuesJson = values, CreatedAt = step });
            await db.SaveChangesAsync(Cancel);
        }
    }
}
