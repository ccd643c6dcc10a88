using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Features.Classify;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

[Collection(nameof(ServedModels))]
public sealed class BatchTests(ServedModels served) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = served.Api.NewClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Batch_IsAnsweredInTheOrderOfItsLines_AsTheRouteWouldAnswer()
    {
        string[] bodies =
        [
            """{"model":"feedback","input":"red"}""",
            """{"model":"plain","input":["red",""," blue"],"top_k":1,"explain":true}""",
            """{"model":"attending","input":{"text":"green","text_pair":"sky"},"explain":true,"max_rounds":1}""",
            """{"model":"feedback:1","input":"apples","raw_scores":true}""",
        ];
        var file = await UploadAsync(bodies.Select((body, i) => Line($"c{i}", body)));
        var made = await CreateAsync(file, """,  "completion_window":"24h","metadata":{"team":"support"}""");

        Assert.Equal(
            ["id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status", "output_file_id", "error_file_id", "created_at", "in_progress_at",
                "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at", "request_counts", "usage", "metadata", "priority", "device"],
            made.Select(member => member.Key).OrderBy(key => Array.IndexOf(Order, key)));
        Assert.StartsWith("batch_", (string)made["id"]!, StringComparison.Ordinal);
        Assert.Equal(("batch", "/v1/classify", file, "24h"), ((string)made["object"]!, (string)made["endpoint"]!, (string)made["input_file_id"]!, (string)made["completion_window"]!));

        var done = await WaitForEndAsync(made);

        Assert.Equal("completed", (string)done["status"]!);
        Assert.Equal("""{"total":4,"completed":4,"failed":0}""", done["request_counts"]!.ToJsonString());
        Assert.Equal("""{"team":"support"}""", done["metadata"]!.ToJsonString());
        Assert.True((long)done["created_at"]! <= (long)done["in_progress_at"]! && (long)done["in_progress_at"]! <= (long)done["finalizing_at"]!);
        Assert.True((long)done["finalizing_at"]! <= (long)done["completed_at"]!);
        Assert.All(["errors", "error_file_id", "failed_at", "expired_at", "expires_at", "cancelling_at", "cancelled_at", "model"], key => Assert.Null(done[key]));
        var output = await ReadLinesAsync(done["output_file_id"]!);
        Assert.Equal(["c0", "c1", "c2", "c3"], output.Select(line => (string)line["custom_id"]!));
        Assert.All(output, line => Assert.Equal(["id", "custom_id", "response", "error"], line.Select(member => member.Key)));
        Assert.All(output, line => Assert.StartsWith("batch_req_", (string)line["id"]!, StringComparison.Ordinal));
        Assert.All(output, line => Assert.Equal(["status_code", "request_id", "body"], line["response"]!.AsObject().Select(member => member.Key)));
        foreach (var (body, line) in bodies.Zip(output))
        {
            var direct = await served.ClassifyAsync(body);
            var answer = line["response"]!["body"]!;
            Assert.Equal(200, (int)line["response"]!["status_code"]!);
            Assert.StartsWith("cls_", (string)answer["id"]!, StringComparison.Ordinal);
            Assert.Equal((string)direct["model"]!, (string)answer["model"]!);
            Assert.True(JsonNode.DeepEquals(Rounded(direct["data"]), Rounded(answer["data"])), $"{direct["data"]} {answer["data"]}");
        }

        Assert.Equal((long)done["usage"]!["input_tokens"]!, output.Sum(line => (long)line["response"]!["body"]!["usage"]!["tokens"]!));
        var listed = await ApiFixture.ReadAsync(await _client.GetAsync("/v1/batches?limit=100", Cancel));
        Assert.Equal((string)listed["data"]![0]!["id"]!, (string)listed["first_id"]!);
        Assert.Contains(listed["data"]!.AsArray(), item => (string)item!["id"]! == (string)made["id"]!);
        var outputFile = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/files/{done["output_file_id"]}", Cancel));
        Assert.Equal(("batch_output", "processed", null), ((string)outputFile["purpose"]!, (string)outputFile["status"]!, (long?)outputFile["expires_at"]));
        var validation = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/files/{done["output_file_id"]}/validation", Cancel));
        Assert.Equal(0, (int)validation["rows"]!);
    }

    [Fact]
    public async Task BadLines_FailAlone_EachWithItsLineAndReason()
    {
        const string good = """{"model":"plain","input":"red"}""";
        string[] lines =
        [
            Line("good-1", good),
            "{not json",
            "",
            Line("url", good).Replace("/v1/classify", "/v1/chat/completions", StringComparison.Ordinal),
            Line("method", good).Replace("POST", "GET", StringComparison.Ordinal),
            """{"method":"POST","url":"/v1/classify","body":{"model":"plain","input":"red"}}""",
            Line("good-1", good),
            """{"custom_id":"extra","method":"POST","url":"/v1/classify","body":{},"priority":1}""",
            Line("body", "[]"),
            Line("unknown-key", """{"model":"plain","input":"red","temperature":0}"""),
            Line("wrong-type", """{"model":"plain","input":"red","top_k":"many"}"""),
            Line("range", """{"model":"plain","input":"red","top_k":0}"""),
            Line("no-model", """{"input":"red"}"""),
            Line("no-such-model", """{"model":"nothing","input":"red"}"""),
            Line("preset", """{"model":"mlp","input":"red"}"""),
            Line("encoder", """{"model":"bare","input":"red"}"""),
            Line("checkpoint", """{"model":"ftjob-aaaaaaaaaaaaaaaaaaaaaaaa:step-1","input":"red"}"""),
            Line("empty", """{"model":"plain","input":" "}"""),
            Line("too-long", $$"""{"model":"attending","input":"{{string.Join(' ', Enumerable.Repeat("blue", 40))}}","truncate":false}"""),
            Line("many", $$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Repeat("\"red\"", 1001))}}]}"""),
            Line("long", $$"""{"model":"plain","input":"{{new string('x', 1024 * 1024)}}"}"""),
            Line("good-2", good),
        ];
        var done = await WaitForEndAsync(await CreateAsync(await UploadAsync(lines)));

        Assert.Equal("completed", (string)done["status"]!);
        Assert.Equal("""{"total":21,"completed":2,"failed":19}""", done["request_counts"]!.ToJsonString());
        Assert.Equal(["good-1", "good-2"], (await ReadLinesAsync(done["output_file_id"]!)).Select(line => (string)line["custom_id"]!));
        var errors = await ReadLinesAsync(done["error_file_id"]!);
        Assert.All(errors, line => Assert.Equal(["id", "custom_id", "response", "error", "line"], line.Select(member => member.Key)));
        Assert.Equal(
            """
            2  invalid_json_line
            4 url invalid_url
            5 method invalid_method
            6  missing_custom_id
            7 good-1 duplicate_custom_id
            8 extra unknown_parameter
            9 body missing_body
            10 unknown-key 400 unknown_parameter temperature
            11 wrong-type 400 invalid_value top_k
            12 range 400 invalid_value top_k
            13 no-model 400 missing_parameter model
            14 no-such-model 404 model_not_found model
            15 preset 422 model_not_servable model
            16 encoder 422 model_not_servable model
            17 checkpoint 404 model_not_found model
            18 empty 422 text_empty input
            19 too-long 422 text_too_long input
            20 many 413 too_many_items input
            21  line_too_long
            """,
            string.Join('\n', errors.Select(line => line["response"] is { } response
                ? $"{line["line"]} {line["custom_id"]} {response["status_code"]} {response["body"]!["error"]!["code"]} {response["body"]!["error"]!["param"]}"
                : $"{line["line"]} {line["custom_id"]} {line["error"]!["code"]}")));
        Assert.All(errors.Where(line => line["response"] is not null), line =>
        {
            Assert.Null(line["error"]);
            Assert.Matches("^[0-9a-f]{32}$", (string)line["response"]!["body"]!["trace_id"]!);
        });
    }

    [Fact]
    public async Task File_WithoutAnyRequest_FailsTheBatchLineByLine()
    {
        var done = await WaitForEndAsync(await CreateAsync(await UploadAsync(["{\"custom_id\":\"a\"}", "nonsense", "[1]"])));
        Assert.Equal("failed", (string)done["status"]!);
        Assert.NotNull(done["failed_at"]);
        Assert.Null(done["output_file_id"]);
        Assert.Equal("list", (string)done["errors"]!["object"]!);
        Assert.Equal(
            ["1 invalid_method", "2 invalid_json_line", "3 invalid_json_line"],
            done["errors"]!["data"]!.AsArray().Select(error => $"{error!["line"]} {error["code"]}"));
        Assert.All(done["errors"]!["data"]!.AsArray(), error => Assert.Equal(["code", "message", "param", "line"], error!.AsObject().Select(member => member.Key)));
    }

    [Fact]
    public async Task Csv_FailsTheBatch_ForItHasNoRequests()
    {
        var file = await ApiFixture.UploadAsync(_client, "text,label\nred,a\nblue,b\n", "rows.csv", "batch");
        var done = await WaitForEndAsync(await CreateAsync((string)file["id"]!));
        Assert.Equal("failed", (string)done["status"]!);
        Assert.Equal(1, (int)done["errors"]!["data"]![0]!["line"]!);
    }

    [Fact]
    public async Task Model_MeansOneVersionToTheEnd_AlsoWhenAnAliasMovesMeanwhile()
    {
        await served.RegisterAsync("moving", FeedbackService.Testing.TinyArtifacts.Kinds["plain"]);
        await AddVersionAsync("moving");
        await MoveAsync(1);
        var texts = string.Join(',', Enumerable.Repeat("\"red\"", 50));
        var file = await UploadAsync(Enumerable.Range(0, 3000).Select(i => Line($"c{i}", $$"""{"model":"moving","top_k":1,"input":[{{texts}}]}""")));
        var made = await CreateAsync(file);
        await WaitAsync(made, batch => (string)batch["status"]! != "validating");
        await MoveAsync(2);
        await Problems.AssertAsync(await _client.DeleteAsync("/v1/registry/models/moving/versions/1", Cancel), 409, "version_in_use");
        Assert.Equal("moving:2", (string)(await served.ClassifyAsync("""{"model":"moving","input":"red"}"""))["model"]!);

        var done = await WaitForEndAsync(made);

        Assert.Equal("moving:1", (string)done["model"]!);
        var output = await ReadLinesAsync(done["output_file_id"]!);
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"c{i}"), output.Select(line => (string)line["custom_id"]!));
        Assert.All(output, line => Assert.Equal("moving:1", (string)line["response"]!["body"]!["model"]!));
    }

    [Fact]
    public async Task Cancel_InTheMiddle_KeepsWhatWasAnswered()
    {
        const int lines = 5000;
        var texts = string.Join(',', Enumerable.Repeat("\"red\"", 100));
        var file = await UploadAsync(Enumerable.Range(0, lines).Select(i => Line($"c{i}", $$"""{"model":"attending","top_k":1,"input":[{{texts}}]}""")));
        var made = await CreateAsync(file);
        await WaitAsync(made, batch => (int)batch["request_counts"]!["completed"]! > 0);
        await Problems.AssertAsync(await _client.DeleteAsync($"/v1/files/{file}", Cancel), 409, "file_in_use");

        var asked = await ApiFixture.ReadAsync(await _client.PostAsync($"/v1/batches/{made["id"]}/cancel", null, Cancel));

        Assert.Contains((string)asked["status"]!, new[] { "cancelling", "cancelled" });
        Assert.NotNull(asked["cancelling_at"]);
        var done = await WaitForEndAsync(made);
        Assert.Equal("cancelled", (string)done["status"]!);
        Assert.NotNull(done["cancelled_at"]);
        Assert.Null(done["error_file_id"]);
        var completed = (int)done["request_counts"]!["completed"]!;
        Assert.InRange(completed, 1, lines - 1);
        var output = await ReadLinesAsync(done["output_file_id"]!);
        Assert.Equal(Enumerable.Range(0, completed).Select(i => $"c{i}"), output.Select(line => (string)line["custom_id"]!));
        var again = await ApiFixture.ReadAsync(await _client.PostAsync($"/v1/batches/{made["id"]}/cancel", null, Cancel));
        Assert.Equal("cancelled", (string)again["status"]!);
        await ApiFixture.ReadAsync(await _client.DeleteAsync($"/v1/files/{file}", Cancel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task OutputAndErrors_PartitionTheInput(int seed)
    {
        var random = new Random(seed);
        var (content, answered, refused, number) = (new StringBuilder(seed == 1 ? "\uFEFF" : ""), new List<string>(), new List<long>(), 0L);
        for (var i = 0; i < 1500; i++)
        {
            number++;
            var id = random.Next(20) == 0 && answered.Count > 0 ? answered[random.Next(answered.Count)] : $"{seed}-{i}-é";
            var (line, good) = random.Next(8) switch
            {
                0 => (random.Next(2) == 0 ? "" : " \t", (bool?)null),
                1 => ("{\"custom_id\":", false),
                2 => (Line(id, """{"model":"plain","input":[]}"""), false),
                3 => (Line(id, """{"model":"gone","input":"red"}"""), false),
                4 => (new string('z', random.Next(3) * 600_000 + 1), false),
                _ => (Line(id, $$"""{"model":"{{(random.Next(2) == 0 ? "plain" : "feedback")}}","input":"{{new string('a', random.Next(1, 200))}}"}"""), true),
            };
            content.Append(line).Append(i == 1499 && seed == 2 ? "" : random.Next(2) == 0 ? "\n" : "\r\n");
            if (good == true && !answered.Contains(id))
            {
                answered.Add(id);
            }
            else if (good is not null)
            {
                refused.Add(number);
            }

            // The limit of uploads in these tests.
            i = content.Length > 3_000_000 ? 1499 : i;
        }

        var uploaded = await ApiFixture.UploadAsync(_client, content.ToString(), "requests.jsonl", "batch");
        var done = await WaitForEndAsync(await CreateAsync((string)uploaded["id"]!));

        Assert.Equal("completed", (string)done["status"]!);
        Assert.Equal(answered, (await ReadLinesAsync(done["output_file_id"]!)).Select(line => (string)line["custom_id"]!));
        Assert.Equal(refused, (await ReadLinesAsync(done["error_file_id"]!)).Select(line => (long)line["line"]!));
        Assert.Equal((answered.Count + refused.Count, answered.Count, refused.Count), (
            (int)done["request_counts"]!["total"]!, (int)done["request_counts"]!["completed"]!, (int)done["request_counts"]!["failed"]!));
    }

    [Fact]
    public async Task Cancel_AfterTheEnd_IsAConflict()
    {
        var done = await WaitForEndAsync(await CreateAsync(await UploadAsync([Line("a", """{"model":"plain","input":"red"}""")])));
        await Problems.AssertAsync(await _client.PostAsync($"/v1/batches/{done["id"]}/cancel", null, Cancel), 409, "job_ended");
    }

    [Fact]
    public async Task Output_ExpiresWhenAsked()
    {
        var done = await WaitForEndAsync(await CreateAsync(
            await UploadAsync([Line("a", """{"model":"plain","input":"red"}""")]), ""","output_expires_after":{"anchor":"created_at","seconds":3600}"""));
        var output = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/files/{done["output_file_id"]}", Cancel));
        Assert.InRange((long)output["expires_at"]! - (long)output["created_at"]!, 3599, 3600);
    }

    [Fact]
    public async Task IdempotencyKey_MakesOneBatch_HoweverOftenSent()
    {
        var file = await UploadAsync([Line("a", """{"model":"plain","input":"red"}""")]);
        var first = await SendAsync(file, "batch-key");
        var again = await SendAsync(file, "batch-key");
        Assert.Equal((string)first["id"]!, (string)again["id"]!);
        await WaitForEndAsync(first);
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/classify"}""", 400, "missing_parameter", "input_file_id")]
    [InlineData("""{"input_file_id":"FILE"}""", 400, "missing_parameter", "endpoint")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/embeddings"}""", 400, "invalid_value", "endpoint")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/classify","completion_window":"1h"}""", 400, "invalid_value", "completion_window")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/classify","metadata":{"a":1}}""", 400, "invalid_value", "metadata.a")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/classify","metadata":{"":"x"}}""", 400, "invalid_value", "metadata")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/classify","output_expires_after":{"anchor":"created_at","seconds":60}}""", 400, "invalid_value", "output_expires_after")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/v1/classify","colour":1}""", 400, "unknown_parameter", "colour")]
    [InlineData("""{"input_file_id":"file-aaaaaaaaaaaaaaaaaaaaaaaa","endpoint":"/v1/classify"}""", 400, "file_not_found", "input_file_id")]
    [InlineData("""{"input_file_id":"LABELLED","endpoint":"/v1/classify"}""", 422, "file_unusable", "input_file_id")]
    public async Task WhatCannotBecomeABatch_IsRefused(string body, int status, string code, string param)
    {
        var file = await UploadAsync([Line("a", """{"model":"plain","input":"red"}""")]);
        var labelled = await ApiFixture.UploadAsync(_client, "text,label\nred,a\nblue,b\n");
        body = body.Replace("FILE", file, StringComparison.Ordinal).Replace("LABELLED", (string)labelled["id"]!, StringComparison.Ordinal);
        await Problems.AssertAsync(await _client.PostAsync("/v1/batches", Json(body), Cancel), status, code, param);
    }

    [Fact]
    public async Task UnknownBatch_Is404()
    {
        await Problems.AssertAsync(await _client.GetAsync("/v1/batches/batch_aaaaaaaaaaaaaaaaaaaaaaaa", Cancel), 404, "batch_not_found");
        await Problems.AssertAsync(await _client.PostAsync("/v1/batches/batch_aaaaaaaaaaaaaaaaaaaaaaaa/cancel", null, Cancel), 404, "batch_not_found");
        await Problems.AssertAsync(await _client.GetAsync("/v1/batches?after=batch_aaaaaaaaaaaaaaaaaaaaaaaa", Cancel), 400, "unknown_after", "after");
    }

    [Fact]
    public async Task TooManyLines_FailTheBatch_NamingTheFirstTooMuch()
    {
        var limit = new BatchOptions().MaxLines;
        var done = await WaitForEndAsync(await CreateAsync(await UploadAsync(Enumerable.Range(0, limit + 1).Select(i => $$"""{"custom_id":"{{i}}"}"""))));
        Assert.Equal("failed", (string)done["status"]!);
        var error = Assert.Single(done["errors"]!["data"]!.AsArray());
        Assert.Equal(("too_many_lines", limit + 1), ((string)error!["code"]!, (int)error["line"]!));
    }

    /// <summary>Members of a batch in the order of OpenAI's documentation, then those of our own.</summary>
    private static readonly string[] Order =
    [
        "id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status", "output_file_id", "error_file_id", "created_at", "in_progress_at",
        "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at", "request_counts", "usage", "metadata", "priority", "device",
    ];

    private static string Line(string customId, string body) => $$"""{"custom_id":"{{customId}}","method":"POST","url":"/v1/classify","body":{{body}}}""";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<string> UploadAsync(IEnumerable<string> lines)
    {
        var uploaded = await ApiFixture.UploadAsync(_client, string.Join('\n', lines), "requests.jsonl", "batch");
        Assert.Equal("processed", (string)uploaded["status"]!);
        return (string)uploaded["id"]!;
    }

    private async Task<JsonObject> CreateAsync(string file, string more = "") =>
        await ApiFixture.ReadAsync(await _client.PostAsync("/v1/batches", Json($$"""{"input_file_id":"{{file}}","endpoint":"/v1/classify"{{more}}}"""), Cancel));

    private async Task<JsonObject> SendAsync(string file, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/batches") { Content = Json($$"""{"input_file_id":"{{file}}","endpoint":"/v1/classify"}""") };
        request.Headers.Add("Idempotency-Key", key);
        return await ApiFixture.ReadAsync(await _client.SendAsync(request, Cancel));
    }

    private Task<JsonObject> WaitForEndAsync(JsonObject batch) => WaitAsync(batch, now => (string)now["status"]! is "completed" or "failed" or "cancelled");

    private async Task<JsonObject> WaitAsync(JsonObject batch, Func<JsonObject, bool> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var now = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/batches/{batch["id"]}", deadline.Token));
            if (until(now))
            {
                return now;
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    private async Task<List<JsonObject>> ReadLinesAsync(JsonNode fileId)
    {
        var content = await _client.GetStringAsync($"/v1/files/{fileId}/content", Cancel);
        Assert.EndsWith("\n", content, StringComparison.Ordinal);
        return [.. content.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    private async Task MoveAsync(int version) => await ApiFixture.ReadAsync(
        await _client.PutAsync("/v1/registry/models/moving/aliases/production", Json($$"""{"version":{{version}}}"""), Cancel));

    private async Task AddVersionAsync(string name)
    {
        await using var db = await served.Api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        var first = await db.ModelVersions.AsNoTracking().SingleAsync(row => row.ModelName == name, Cancel);
        first.Version = 2;
        db.ModelVersions.Add(first);
        (await db.Models.SingleAsync(row => row.Name == name, Cancel)).LastVersion = 2;
        await db.SaveChangesAsync(Cancel);
    }

    /// <summary>Numbers to four digits: batches of other sizes add up in another order.</summary>
    private static JsonNode? Rounded(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Rounded(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Rounded)]),
        JsonValue value when value.TryGetValue<double>(out var number) => JsonValue.Create(Math.Round(number, 4)),
        _ => node?.DeepClone(),
    };
}
