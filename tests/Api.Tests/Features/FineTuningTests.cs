using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

public sealed class FineTuningTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Route = "/v1/fine_tuning/jobs";
    private static readonly string Csv = "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text number {i},{(i % 2 == 0 ? "refund" : "login")}\n"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_AnswersOpenAiShape_With200AndEffectiveValues()
    {
        using var client = api.NewClient();
        var file = await FileAsync(client);
        using var response = await PostAsync(client, new JsonObject
        {
            ["model"] = "mlp",
            ["training_file"] = file,
            ["suffix"] = "tickets",
            ["seed"] = 7,
            ["metadata"] = new JsonObject { ["team"] = "a" },
            ["method"] = Supervised(new JsonObject { ["n_epochs"] = 3, ["batch_size"] = "auto" }),
        });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var job = await ApiFixture.ReadAsync(response);
        Assert.Matches("^ftjob-[a-z0-9]{24}$", (string)job["id"]!);
        Assert.Equal("fine_tuning.job", (string)job["object"]!);
        Assert.Equal("queued", (string)job["status"]!);
        Assert.Equal("mlp", (string)job["model"]!);
        Assert.Equal(7, (int)job["seed"]!);
        Assert.Equal(file, (string)job["training_file"]!);
        Assert.Equal("tickets", (string)job["user_provided_suffix"]!);
        Assert.Equal("a", (string)job["metadata"]!["team"]!);
        Assert.Equal(3, (int)job["hyperparameters"]!["n_epochs"]!);
        Assert.True((int)job["hyperparameters"]!["batch_size"]! > 0);
        Assert.True(JsonNode.DeepEquals(job["hyperparameters"], job["method"]!["supervised"]!["hyperparameters"]));
        Assert.Empty(job["result_files"]!.AsArray());
        Assert.NotEmpty((string)job["organization_id"]!);
        foreach (var absent in new[] { "error", "fine_tuned_model", "finished_at", "estimated_finish", "trained_tokens", "validation_file" })
        {
            Assert.True(job.ContainsKey(absent) && job[absent] is null, absent);
        }

        Assert.True(JsonNode.DeepEquals(job, await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{job["id"]}", Cancel))));
    }

    [Fact]
    public async Task Create_WithOpenAisOldHyperparameters_TakesThem()
    {
        using var client = api.NewClient();
        var job = await CreateAsync(client, await FileAsync(client), body => body["hyperparameters"] = new JsonObject { ["n_epochs"] = 2 });
        Assert.Equal(2, (int)job["method"]!["supervised"]!["hyperparameters"]!["n_epochs"]!);
    }

    [Theory]
    [InlineData("""{"model":"mlp","training_file":"FILE","n_epochs":3}""", 400, "unknown_parameter", "n_epochs")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"supervised","dpo":{}}}""", 400, "unknown_parameter", "method.dpo")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"supervised","supervised":{"hyperparameters":{"lr":1}}}}""", 400, "unknown_parameter", "method.supervised.hyperparameters.lr")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":0}}}}""", 400, "invalid_hyperparameters", "method.supervised.hyperparameters.n_epochs")]
    [InlineData("""{"model":"mlp","training_file":"FILE","hyperparameters":{"lr":1}}""", 400, "unknown_parameter", "hyperparameters.lr")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"dpo"}}""", 400, "invalid_value", "method.type")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"masked_language_modeling"}}""", 422, "method_not_supported", "method.type")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{"type":"supervised","masked_language_modeling":{}}}""", 400, "invalid_value", "method.masked_language_modeling")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"masked_language_modeling","supervised":{}}}""", 400, "invalid_value", "method.supervised")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"masked_language_modeling","masked_language_modeling":{"hyperparameters":{"mask_ratio":1}}}}""", 400, "invalid_hyperparameters", "method.masked_language_modeling.hyperparameters.mask_ratio")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"masked_language_modeling","masked_language_modeling":{"hyperparameters":{"rounds":1}}}}""", 400, "invalid_hyperparameters", "method.masked_language_modeling.hyperparameters.rounds")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"masked_language_modeling","masked_language_modeling":{"hyperparameters":{"class_weights":"balanced"}}}}""", 400, "invalid_hyperparameters", "method.masked_language_modeling.hyperparameters.class_weights")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"masked_language_modeling"},"hyperparameters":{"lr":1}}""", 400, "unknown_parameter", "hyperparameters.lr")]
    [InlineData("""{"model":"transformer","training_file":"FILE","method":{"type":"supervised","supervised":{"hyperparameters":{"mask_ratio":0.2}}}}""", 400, "invalid_hyperparameters", "method.supervised.hyperparameters.mask_ratio")]
    [InlineData("""{"model":"mlp","training_file":"FILE","method":{}}""", 400, "missing_parameter", "method.type")]
    [InlineData("""{"model":"mlp","training_file":"file-nope"}""", 400, "file_not_found", "training_file")]
    [InlineData("""{"model":"mlp","training_file":"FILE","validation_file":"file-nope"}""", 400, "file_not_found", "validation_file")]
    [InlineData("""{"model":"nope","training_file":"FILE"}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"../../etc","training_file":"FILE"}""", 404, "model_not_found", "model")]
    [InlineData("""{"training_file":"FILE"}""", 400, "missing_parameter", "model")]
    [InlineData("""{"model":"mlp"}""", 400, "missing_parameter", "training_file")]
    [InlineData("""{"model":"mlp","training_file":"FILE","seed":-1}""", 400, "invalid_value", "seed")]
    [InlineData("""{"model":"mlp","training_file":"FILE","seed":2147483648}""", 400, "invalid_value", "seed")]
    [InlineData("""{"model":"mlp","training_file":"FILE","seed":"x"}""", 400, "invalid_value", "seed")]
    [InlineData("""{"model":"mlp","training_file":"FILE","suffix":"Über"}""", 400, "invalid_model_name", "suffix")]
    [InlineData("""{"model":"mlp","training_file":"FILE","suffix":"../x"}""", 400, "invalid_model_name", "suffix")]
    [InlineData("""{"model":"mlp","training_file":"FILE","suffix":"mlp"}""", 409, "model_name_reserved", "suffix")]
    [InlineData("""{"model":"mlp","training_file":"FILE","suffix":"latest"}""", 409, "model_name_reserved", "suffix")]
    [InlineData("""{"model":"mlp","training_file":"FILE","metadata":{"a":1}}""", 400, "invalid_value", "metadata.a")]
    [InlineData("""{"model":"mlp","training_file":"FILE","integrations":[{"type":"wandb"}]}""", 400, "invalid_value", "integrations")]
    [InlineData("""{"model":"mlp","training_file":"FILE","model":"mlp"}""", 400, "duplicate_parameter", "model")]
    public async Task Create_WithABadRequest_SaysWhichFieldIsWrong(string body, int status, string code, string param)
    {
        using var client = api.NewClient();
        var file = await FileAsync(client);
        using var content = new StringContent(body.Replace("FILE", file, StringComparison.Ordinal), Encoding.UTF8, "application/json");
        await Problems.AssertAsync(await client.PostAsync(Route, content, Cancel), status, code, param);
    }

    [Fact]
    public async Task Create_FromAnUnknownName_SaysWhereThePresetsAre()
    {
        using var client = api.NewClient();
        using var response = await PostAsync(client, new JsonObject { ["model"] = "mpl", ["training_file"] = await FileAsync(client) });
        var problem = await Problems.AssertAsync(response, 404, "model_not_found", "model");
        Assert.Contains("GET /v1/presets", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text,label\na,x\nb,x\n")]
    [InlineData("text\na\nb\n")]
    [InlineData("text,label\na,x\n,y\nc,y\n")]
    [InlineData("text,label\n")]
    public async Task Create_OnAFileThatCannotBeTrainedOn_Is422(string csv)
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, csv);
        using var response = await PostAsync(client, new JsonObject { ["model"] = "mlp", ["training_file"] = (string)file["id"]! });
        await Problems.AssertAsync(response, 422, "file_unusable", "training_file");
    }

    [Fact]
    public async Task Create_WithAClassOfOneExample_IsAccepted()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, Csv + "a rare one,other\n");
        await CreateAsync(client, (string)file["id"]!);
    }

    [Fact]
    public async Task DryRun_EstimatesAndStartsNothing()
    {
        await using var own = new ApiFixture();
        using var client = own.NewClient();
        var file = await FileAsync(client);
        using var response = await client.PostAsJsonAsync($"{Route}?dry_run=true", new { model = "mlp", training_file = file }, Cancel);
        var estimate = await ApiFixture.ReadAsync(response);
        Assert.Equal("fine_tuning.estimate", (string)estimate["object"]!);
        Assert.True((int)estimate["steps"]! > 0);
        Assert.True((double)estimate["seconds"]!["low"]! <= (double)estimate["seconds"]!["high"]!);
        Assert.True((long)estimate["memory_bytes"]! > 0);
        Assert.NotEmpty(estimate["hyperparameters"]!.AsObject());
        Assert.Empty((await ApiFixture.ReadAsync(await client.GetAsync(Route, Cancel)))["data"]!.AsArray());
    }

    [Fact]
    public async Task Create_WithOneKeyTwice_MakesOneJob()
    {
        using var client = api.NewClient();
        var file = await FileAsync(client);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "job-1");
        var first = await CreateAsync(client, file);
        Assert.Equal((string)first["id"]!, (string)(await CreateAsync(client, file))["id"]!);
        using var other = await PostAsync(client, new JsonObject { ["model"] = "mlp", ["training_file"] = file, ["seed"] = 1 });
        await Problems.AssertAsync(other, 409, "idempotency_key_reused");
    }

    [Fact]
    public async Task List_IsPagedAndFilteredByMetadata()
    {
        await using var own = new ApiFixture();
        using var client = own.NewClient();
        var file = await FileAsync(client);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var team = i == 1 ? "b" : "a";
            ids.Add((string)(await CreateAsync(client, file, body => body["metadata"] = new JsonObject { ["team"] = team }))["id"]!);
        }

        var page = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}?limit=2", Cancel));
        Assert.Equal([ids[2], ids[1]], page["data"]!.AsArray().Select(job => (string)job!["id"]!));
        Assert.True((bool)page["has_more"]!);
        await Problems.AssertAsync(await client.GetAsync($"{Route}?metadata=a", Cancel), 400, "invalid_value", "metadata");
        page = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}?limit=2&metadata%5Bteam%5D=a&after={ids[2]}", Cancel));
        Assert.Equal([ids[0]], page["data"]!.AsArray().Select(job => (string)job!["id"]!));
        Assert.False((bool)page["has_more"]!);
        await Problems.AssertAsync(await client.GetAsync($"{Route}?after=ftjob-nope", Cancel), 400, "unknown_after", "after");
    }

    [Fact]
    public async Task CancelPauseResume_WithoutABody_MoveTheJob()
    {
        using var client = api.NewClient();
        var id = (string)(await CreateAsync(client, await FileAsync(client)))["id"]!;
        Assert.Equal("paused", (string)(await ActAsync(client, id, "pause"))["status"]!);
        Assert.Equal("queued", (string)(await ActAsync(client, id, "resume"))["status"]!);
        using (var refused = await client.PostAsync($"{Route}/{id}/resume", null, Cancel))
        {
            await Problems.AssertAsync(refused, 409, "job_not_paused");
            Assert.Equal(["false"], refused.Headers.GetValues("x-should-retry"));
        }

        Assert.Equal("cancelled", (string)(await ActAsync(client, id, "cancel"))["status"]!);
        var events = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}/events?limit=2", Cancel));
        Assert.Equal("Job cancelled.", (string)events["data"]![0]!["message"]!);
        Assert.Equal("fine_tuning.job.event", (string)events["data"]![0]!["object"]!);
        Assert.True((bool)events["has_more"]!);
    }

    [Fact]
    public async Task Events_AsAStream_AreOldestFirstAndEndWithTheJob()
    {
        using var client = api.NewClient();
        var id = (string)(await CreateAsync(client, await FileAsync(client)))["id"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Route}/{id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await ActAsync(client, id, "cancel");
        var lines = (await response.Content.ReadAsStringAsync(Cancel)).Split('\n');
        var messages = lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => (string)JsonNode.Parse(line[6..])!["message"]!).ToList();
        Assert.Equal(["Job accepted and queued.", "Job cancelled."], messages);
        var first = lines.First(line => line.StartsWith("id: ", StringComparison.Ordinal))[4..];
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{Route}/{id}/events");
        again.Headers.Accept.ParseAdd("text/event-stream");
        again.Headers.Add("Last-Event-ID", first);
        var rest = await (await client.SendAsync(again, Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("accepted", rest, StringComparison.Ordinal);
        Assert.Contains("Job cancelled.", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_NeededByAQueuedJob_CannotBeDeleted()
    {
        using var client = api.NewClient();
        var file = await FileAsync(client);
        var id = (string)(await CreateAsync(client, file))["id"]!;
        await Problems.AssertAsync(await client.DeleteAsync($"/v1/files/{file}", Cancel), 409, "file_in_use");
        await ActAsync(client, id, "cancel");
        await ApiFixture.ReadAsync(await client.DeleteAsync($"/v1/files/{file}", Cancel));
    }

    [Fact]
    public async Task RunningJob_ShowsAFinishInTheFuture_AndASucceededOneItsResult()
    {
        using var client = api.NewClient();
        var id = (string)(await CreateAsync(client, await FileAsync(client)))["id"]!;
        await ChangeAsync(id, job =>
        {
            job.State = JobState.Running;
            job.UpdatedAt -= TimeSpan.FromMinutes(5).ToMicroseconds();
            job.ProgressJson = """{"type":"step","step":10,"eta_seconds":2.5,"trained_tokens":1000}""";
        });
        var running = await GetAsync(client, id);
        Assert.True((long)running["estimated_finish"]! >= DateTimeOffset.UnixEpoch.AddSeconds((long)running["created_at"]!).ToUnixTimeSeconds() + 5);
        Assert.Null(running["trained_tokens"]);
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{id}/report", Cancel), 404, "report_not_ready");

        await ChangeAsync(id, job =>
        {
            job.State = JobState.Succeeded;
            job.ResultModel = "tickets:1";
            job.ResultJson = """{"n":4,"accuracy":1}""";
            job.FinishedAt = job.CreatedAt;
        });
        var done = await GetAsync(client, id);
        Assert.Null(done["estimated_finish"]);
        Assert.Equal("tickets:1", (string)done["fine_tuned_model"]!);
        Assert.Equal(1000, (int)done["trained_tokens"]!);
        Assert.Equal(4, (int)(await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}/report", Cancel)))["n"]!);
        await Problems.AssertAsync(await client.PostAsync($"{Route}/{id}/cancel", null, Cancel), 409, "job_ended");
    }

    [Fact]
    public async Task CheckpointsAndMetrics_HaveStepsAsIntegers()
    {
        using var client = api.NewClient();
        var id = (string)(await CreateAsync(client, await FileAsync(client)))["id"]!;
        await using (var db = await Contexts.CreateDbContextAsync(Cancel))
        {
            for (var step = 1; step <= 3; step++)
            {
                db.Checkpoints.Add(new CheckpointRow { Id = Ids.NewCheckpoint(), JobId = id, Step = step * 100, Directory = "x", MetricsJson = """{"type":"evaluation","valid_loss":0.5}""" });
                db.JobMetrics.Add(new JobMetricRow { JobId = id, Step = step, Kind = "step", ValuesJson = """{"type":"step","loss":1.5}""" });
            }

            db.JobMetrics.Add(new JobMetricRow { JobId = id, Step = 3, Kind = "evaluation", ValuesJson = """{"type":"evaluation","macro_f1":0.5}""" });
            await db.SaveChangesAsync(Cancel);
        }

        var page = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}/checkpoints?limit=2", Cancel));
        Assert.Equal([300, 200], page["data"]!.AsArray().Select(checkpoint => (int)checkpoint!["step_number"]!));
        Assert.Equal($"{id}:step-300", (string)page["data"]![0]!["fine_tuned_model_checkpoint"]!);
        Assert.Equal("""{"valid_loss":0.5,"step":300}""", page["data"]![0]!["metrics"]!.ToJsonString());
        page = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}/checkpoints?limit=2&after={page["last_id"]}", Cancel));
        Assert.Equal([100], page["data"]!.AsArray().Select(checkpoint => (int)checkpoint!["step_number"]!));
        var series = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}/metrics", Cancel));
        Assert.Equal([1, 2, 3], series["steps"]!.AsArray().Select(point => (int)point!["step"]!));
        Assert.Equal(0.5, (double)series["evaluations"]![0]!["macro_f1"]!);
    }

    private IDbContextFactory<AppDbContext> Contexts => api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();

    private static JsonObject Supervised(JsonObject hyperparameters) =>
        new() { ["type"] = "supervised", ["supervised"] = new JsonObject { ["hyperparameters"] = hyperparameters } };

    private static async Task<string> FileAsync(HttpClient client) => (string)(await ApiFixture.UploadAsync(client, Csv))["id"]!;

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, JsonObject body) => client.PostAsJsonAsync(Route, body, Cancel);

    private static async Task<JsonObject> CreateAsync(HttpClient client, string file, Action<JsonObject>? more = null)
    {
        var body = new JsonObject { ["model"] = "mlp", ["training_file"] = file };
        more?.Invoke(body);
        return await ApiFixture.ReadAsync(await PostAsync(client, body));
    }

    private static async Task<JsonObject> GetAsync(HttpClient client, string id) => await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{id}", Cancel));

    private static async Task<JsonObject> ActAsync(HttpClient client, string id, string verb) =>
        await ApiFixture.ReadAsync(await client.PostAsync($"{Route}/{id}/{verb}", null, Cancel));

    private async Task ChangeAsync(string id, Action<JobRow> change)
    {
        await using var db = await Contexts.CreateDbContextAsync(Cancel);
        var job = await db.Jobs.SingleAsync(row => row.Id == id, Cancel);
        change(job);
        await db.SaveChangesAsync(Cancel);
    }
}
