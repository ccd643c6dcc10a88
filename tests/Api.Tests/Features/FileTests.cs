using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

public sealed class FileTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Csv = "text,label\nwhere is my money,refund\nlet me in,login\nmoney back,refund\ncannot log in,login\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_AnswersOpenAiShape_With200AndAnEndStatus()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        using var response = await client.PostAsync("/v1/files", form, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var file = await ApiFixture.ReadAsync(response);
        Assert.Matches("^file-[a-z0-9]{24}$", (string)file["id"]!);
        Assert.Equal("file", (string)file["object"]!);
        Assert.Equal(Csv.Length, (long)file["bytes"]!);
        Assert.Equal("train.csv", (string)file["filename"]!);
        Assert.Equal("fine-tune", (string)file["purpose"]!);
        Assert.Equal("processed", (string)file["status"]!);
        Assert.True((long)file["created_at"]! > 1_700_000_000);
    }

    [Fact]
    public async Task Content_IsWhatWasUploaded()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, Csv);
        Assert.Equal(Csv, await client.GetStringAsync($"/v1/files/{file["id"]}/content", Cancel));
    }

    [Fact]
    public async Task Upload_AsOpenAiNuGetSendsIt_WithBareNamesAndNoPartType()
    {
        const string boundary = "----=abc=123";
        var body = $"--{boundary}\r\nContent-Disposition: form-data; name=file; filename=d.jsonl; filename*=utf-8''d.jsonl\r\n\r\n"
            + "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n"
            + $"\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=purpose\r\n\r\nfine-tune"
            + $"\r\n--{boundary}\r\nContent-Disposition: form-data; name=expires_after\r\n\r\n{{\"anchor\":\"created_at\",\"seconds\":3600}}\r\n--{boundary}--\r\n";
        var file = await ApiFixture.ReadAsync(await PostRawAsync(body, $"multipart/form-data; boundary={boundary}"));
        Assert.Equal("d.jsonl", (string)file["filename"]!);
        Assert.Equal((long)file["created_at"]! + 3600, (long)file["expires_at"]!);
        Assert.Equal("processed", (string)file["status"]!);
        Assert.Equal("processed", (string)(await ApiFixture.ReadAsync(await PostRawAsync(body, $"multipart/form-data; boundary=\"{boundary}\"")))["status"]!);
    }

    [Fact]
    public async Task Upload_AsOpenAiNpmSendsIt_WithExpiryInBrackets()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        form.Add(new StringContent("created_at"), "\"expires_after[anchor]\"");
        form.Add(new StringContent("3600"), "\"expires_after[seconds]\"");
        var file = await ApiFixture.ReadAsync(await client.PostAsync("/v1/files", form, Cancel));
        Assert.Equal((long)file["created_at"]! + 3600, (long)file["expires_at"]!);
    }

    [Theory]
    [InlineData("expires_after", "{\"anchor\":\"created_at\",\"seconds\":3599}")]
    [InlineData("expires_after", "{\"anchor\":\"last_used\",\"seconds\":3600}")]
    [InlineData("expires_after", "{\"anchor\":\"created_at\"}")]
    [InlineData("expires_after", "tomorrow")]
    [InlineData("expires_after[seconds]", "3600")]
    public async Task Upload_WithAnExpiryThatCannotBe_Is400NamingIt(string field, string value)
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        form.Add(new StringContent(value), $"\"{field}\"");
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "invalid_value", "expires_after");
    }

    [Fact]
    public async Task ExpiredFile_IsGone_BeforeItIsSwept()
    {
        using var client = api.NewClient();
        var id = (string)(await ApiFixture.UploadAsync(client, Csv, purpose: "evals"))["id"]!;
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel))
        {
            await db.Files.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.ExpiresAt, row => row.CreatedAt), Cancel);
        }

        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{id}", Cancel), 404, "file_not_found");
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{id}/content", Cancel), 404, "file_not_found");
        Assert.DoesNotContain(id, Ids(await ApiFixture.ReadAsync(await client.GetAsync("/v1/files", Cancel))));
        await RefusedAsync("/v1/fine_tuning/jobs", new() { ["model"] = "mlp", ["training_file"] = id }, "training_file");
        await RefusedAsync("/v1/batches", new() { ["input_file_id"] = id, ["endpoint"] = "/v1/classify" }, "input_file_id");

        async Task RefusedAsync(string route, JsonObject body, string param) =>
            await Problems.AssertAsync(await client.PostAsJsonAsync(route, body, Cancel), 400, "file_not_found", param);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\windows\\system.ini", "system.ini")]
    [InlineData("/abs/olute.csv", "olute.csv")]
    [InlineData("..", "file")]
    [InlineData("a\tb.csv", "ab.csv")]
    [InlineData("文本.csv", "文本.csv")]
    public async Task Upload_NameIsForDisplayOnly(string given, string shown)
    {
        using var client = api.NewClient();
        var boundary = "b";
        var body = $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{given.Replace("\\", "\\\\", StringComparison.Ordinal)}\"\r\n\r\n{Csv}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--{boundary}--\r\n";
        var file = await ApiFixture.ReadAsync(await PostRawAsync(body, "multipart/form-data; boundary=b"));
        Assert.Equal(shown, (string)file["filename"]!);
        var outside = Directory.EnumerateFiles(api.DataFolder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) == shown);
        Assert.Empty(outside);
        Assert.Equal(Csv, await client.GetStringAsync($"/v1/files/{file["id"]}/content", Cancel));
    }

    public static TheoryData<string, byte[], string> Unreadable => new()
    {
        { "empty", [], "file_empty" },
        { "zip", [0x50, 0x4B, 3, 4, .. new byte[60]], "file_archive" },
        { "gzip", [0x1F, 0x8B, 8, 0, .. new byte[60]], "file_archive" },
        { "pickle", [0x80, 4, 0x95, .. new byte[60]], "file_pickle" },
        { "latin1 throughout", [.. Enumerable.Repeat((byte)0xE9, 4000)], "file_not_utf8" },
        { "utf-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Csv)], "file_not_utf8" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Upload_OfWhatIsNoDataSet_Is400AndKeepsNothing(string what, byte[] content, string code)
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(content, $"{what}.csv");
        var before = (await ApiFixture.ReadAsync(await client.GetAsync("/v1/files", Cancel)))["data"]!.AsArray().Count;
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, code, "file");
        Assert.Equal(before, (await ApiFixture.ReadAsync(await client.GetAsync("/v1/files", Cancel)))["data"]!.AsArray().Count);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.DataFolder, "tmp")));
    }

    [Fact]
    public async Task Upload_WithAColumnThatIsNotThere_Is400NamingTheParameter()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        form.Add(new StringContent("nope"), "label_column");
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "column_missing", "label_column");
    }

    [Fact]
    public async Task Upload_WithEmptyColumnFields_FindsTheColumnsByName()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        form.Add(new StringContent(string.Empty), "text_column");
        form.Add(new StringContent(string.Empty), "label_column");
        var file = await ApiFixture.ReadAsync(await client.PostAsync("/v1/files", form, Cancel));
        Assert.Equal("processed", (string)file["status"]!);
    }

    [Fact]
    public async Task Upload_OfRowsThatAreAllBad_IsKeptAsErrorWithEveryLine()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, "text,label\n,x\n,y\n");
        Assert.Equal("error", (string)file["status"]!);
        Assert.NotNull((string?)file["status_details"]);
        var validation = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{file["id"]}/validation", Cancel));
        Assert.Equal(2, (int)validation["error_count"]!);
        Assert.Equal([2, 3], validation["issues"]!.AsArray().Select(issue => (int)issue!["line"]!));
        Assert.Equal("error", (string)validation["issues"]![0]!["severity"]!);
    }

    [Theory]
    [InlineData("purpose")]
    [InlineData("file")]
    public async Task Upload_WithoutAPart_Is400NamingIt(string missing)
    {
        using var client = api.NewClient();
        using var form = new MultipartFormDataContent();
        if (missing == "purpose")
        {
            form.Add(new StringContent(Csv), "file", "a.csv");
        }
        else
        {
            form.Add(new StringContent("fine-tune"), "purpose");
        }

        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "missing_parameter", missing);
    }

    [Fact]
    public async Task Upload_WithAnUnknownPart_Is400NamingIt()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv);
        form.Add(new StringContent("x"), "purpsoe");
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "unknown_parameter", "purpsoe");
    }

    [Fact]
    public async Task Upload_ForAnUnknownPurpose_Is400()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(Csv, purpose: "assistants");
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "invalid_value", "purpose");
    }

    [Fact]
    public async Task Upload_ThatEndsEarly_Is400()
    {
        await Problems.AssertAsync(await PostRawAsync("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\ntext", "multipart/form-data; boundary=b"), 400, "invalid_multipart");
        await Problems.AssertAsync(await PostRawAsync("whatever", "multipart/form-data"), 400, "invalid_multipart");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.DataFolder, "tmp")));
    }

    [Fact]
    public async Task Upload_OfSomethingElseThanAForm_Is415() =>
        await Problems.AssertAsync(await PostRawAsync("{}", "application/json"), 415, "unsupported_media_type");

    [Fact]
    public async Task Form_WithMorePartsThanNeeded_Is400()
    {
        var parts = string.Concat(Enumerable.Range(0, 40).Select(i => $"--b\r\nContent-Disposition: form-data; name=\"field{i}\"\r\n\r\nx\r\n"));
        await Problems.AssertAsync(await PostRawAsync(parts + "--b--\r\n", "multipart/form-data; boundary=b"), 400, "invalid_multipart");
    }

    [Fact]
    public async Task Upload_AnnouncedBeyondTheLimit_IsToldSo_ThoughMostOfItIsUnread()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(new byte[ApiFixture.MaxUploadBytes * 4]);
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 413, "file_too_large", "file");
    }

    [Fact]
    public async Task Upload_BeyondTheLimit_Is413AndKeepsNothing()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(new byte[ApiFixture.MaxUploadBytes + 1]);
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 413, "file_too_large", "file");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.DataFolder, "tmp")));
    }

    [Fact]
    public async Task Upload_OfOneMegabyteInAField_CostsOnlyThatRow()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, Csv + new string('x', 1024 * 1024) + ",refund\n");
        var validation = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{file["id"]}/validation", Cancel));
        Assert.Equal(4, (int)validation["valid_rows"]!);
        Assert.Contains(validation["issues"]!.AsArray(), issue => (string)issue!["code"]! == "field_too_long" && (int)issue["line"]! == 6);
    }

    [Fact]
    public async Task Validation_IsPaged()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, "text,label\n" + string.Concat(Enumerable.Repeat(",x\n", 25)) + "good,y\nbetter,x\n");
        var lines = new List<int>();
        string? after = null;
        bool more;
        do
        {
            var page = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{file["id"]}/validation?limit=10&after={after}".Replace("&after=", after is null ? "" : "&after=", StringComparison.Ordinal), Cancel));
            lines.AddRange(page["issues"]!.AsArray().Where(issue => issue!["line"] is not null).Select(issue => (int)issue!["line"]!));
            after = (string?)page["last_id"];
            more = (bool)page["has_more"]!;
        }
        while (more);
        Assert.Equal(Enumerable.Range(2, 25), lines);
    }

    [Fact]
    public async Task Rows_ShowTheDataByLabel()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, Csv);
        var first = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{file["id"]}/rows?label=login&limit=1", Cancel));
        Assert.Equal("let me in", (string)first["data"]![0]!["text"]!);
        Assert.True((bool)first["has_more"]!);
        var second = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{file["id"]}/rows?label=login&limit=1&after={first["last_id"]}", Cancel));
        Assert.Equal("cannot log in", (string)second["data"]![0]!["text"]!);
        Assert.False((bool)second["has_more"]!);
    }

    [Fact]
    public async Task List_IsNewestFirstPagedAndFilteredByPurpose()
    {
        await using var own = new ApiFixture();
        using var client = own.NewClient();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((string)(await ApiFixture.UploadAsync(client, Csv, purpose: i == 2 ? "evals" : "fine-tune"))["id"]!);
        }

        var first = await ApiFixture.ReadAsync(await client.GetAsync("/v1/files?limit=3", Cancel));
        Assert.Equal(Enumerable.Reverse(ids).Take(3), Ids(first));
        Assert.True((bool)first["has_more"]!);
        Assert.Equal(ids[4], (string)first["first_id"]!);
        var second = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files?limit=3&after={first["last_id"]}", Cancel));
        Assert.Equal([ids[1], ids[0]], Ids(second));
        Assert.False((bool)second["has_more"]!);
        Assert.Equal(ids, Ids(await ApiFixture.ReadAsync(await client.GetAsync("/v1/files?order=asc", Cancel))));
        Assert.Equal([ids[2]], Ids(await ApiFixture.ReadAsync(await client.GetAsync("/v1/files?purpose=evals", Cancel))));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("after=file-nope", "after")]
    [InlineData("purpose=nope", "purpose")]
    [InlineData("order=up", "order")]
    public async Task List_WithABadParameter_Is400NamingIt(string query, string param)
    {
        using var client = api.NewClient();
        await Problems.AssertAsync(await client.GetAsync($"/v1/files?{query}", Cancel), 400, null, param);
    }

    [Fact]
    public async Task Delete_RemovesTheFile_AndItsBytesWhenNoOtherSharesThem()
    {
        await using var own = new ApiFixture();
        using var client = own.NewClient();
        var one = await ApiFixture.UploadAsync(client, Csv);
        var two = await ApiFixture.UploadAsync(client, Csv);
        var deleted = await ApiFixture.ReadAsync(await client.DeleteAsync($"/v1/files/{one["id"]}", Cancel));
        Assert.Equal("""{"id":"ID","deleted":true,"object":"file"}""".Replace("ID", (string)one["id"]!, StringComparison.Ordinal), Sorted(deleted));
        Assert.Equal(Csv, await client.GetStringAsync($"/v1/files/{two["id"]}/content", Cancel));
        await ApiFixture.ReadAsync(await client.DeleteAsync($"/v1/files/{two["id"]}", Cancel));
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{two["id"]}", Cancel), 404, "file_not_found");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(own.DataFolder, "files"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task IdempotencyKey_MakesOneFileHoweverOftenSent()
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "upload-1");
        var first = await ApiFixture.UploadAsync(client, Csv);
        var again = await ApiFixture.UploadAsync(client, Csv);
        Assert.Equal((string)first["id"]!, (string)again["id"]!);
        using var other = ApiFixture.Form(Csv + "more,login\n");
        using var conflict = await client.PostAsync("/v1/files", other, Cancel);
        await Problems.AssertAsync(conflict, 409, "idempotency_key_reused");
        Assert.Equal(["false"], conflict.Headers.GetValues("x-should-retry"));
    }

    private static IEnumerable<string> Ids(JsonObject page) => page["data"]!.AsArray().Select(item => (string)item!["id"]!);

    private static string Sorted(JsonObject deleted) => $$"""{"id":"{{deleted["id"]}}","deleted":{{deleted["deleted"]!.ToJsonString()}},"object":"{{deleted["object"]}}"}""";

    private async Task<HttpResponseMessage> PostRawAsync(string body, string contentType)
    {
        using var client = api.NewClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await client.PostAsync("/v1/files", content, Cancel);
    }
}
