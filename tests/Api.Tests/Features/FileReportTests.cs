using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Features;

/// <summary>What a user learns of an upload: the columns that were read, every issue, each row, and what two files share.</summary>
public sealed class FileReportTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("foo,bar\n1,2\n", "no_text_column", "text_column", "foo, bar")]
    [InlineData("title,content,category\na,b,c\n", "column_ambiguous", "'title', 'content'", "title, content, category")]
    [InlineData("a first text that is data,spam\nanother one,ham\n", "no_text_column", "put a line of column names", "text_column")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}\n", "no_text_column", "chats", "messages")]
    public async Task Upload_WithUnclearColumns_IsKeptAsErrorSayingWhatToSend(string content, string code, params string[] said)
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, content);
        Assert.Equal("error", (string)file["status"]!);
        Assert.All(said, part => Assert.Contains(part, (string)file["status_details"]!, StringComparison.Ordinal));
        Assert.Null(file["text_column"]);
        var report = await GetAsync(client, $"{file["id"]}/validation");
        Assert.Equal((1, code), ((int)report["error_count"]!, (string)report["issues"]![0]!["code"]!));
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{file["id"]}/rows", Cancel), 422, "file_unusable", "file_id");
        using var job = await client.PostAsJsonAsync("/v1/fine_tuning/jobs", new { model = "mlp", training_file = (string)file["id"]! }, Cancel);
        var refusal = await Problems.AssertAsync(job, 422, "file_unusable", "training_file");
        Assert.Contains(said[0], (string)refusal["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,foo,bar\n1,good text,x\n2,better text,y\n")]
    [InlineData("id\tfoo\tbar\n1\tgood text\tx\n2\tbetter text\ty\n")]
    [InlineData("{\"id\":1,\"foo\":\"good text\",\"bar\":\"x\"}\n{\"id\":2,\"foo\":\"better text\",\"bar\":\"y\"}\n")]
    public async Task Upload_WithNamedColumns_ReadsThemAndShowsThem(string content)
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form(content);
        form.Add(new StringContent("foo"), "text_column");
        form.Add(new StringContent("bar"), "label_column");
        var file = await ApiFixture.ReadAsync(await client.PostAsync("/v1/files", form, Cancel));
        Assert.Equal(("processed", "foo", null, "bar"), ((string)file["status"]!, (string)file["text_column"]!, (string?)file["text_pair_column"], (string)file["label_column"]!));
        var report = await GetAsync(client, $"{file["id"]}/validation");
        Assert.Equal(("foo", "bar"), ((string)report["text_column"]!, (string)report["label_column"]!));
        Assert.Equal(["id", "foo", "bar"], report["columns"]!.AsArray().Select(column => (string)column!));
        var rows = await GetAsync(client, $"{file["id"]}/rows?label=y");
        Assert.Equal("better text", (string)Assert.Single(rows["data"]!.AsArray())!["text"]!);
    }

    [Fact]
    public async Task Upload_WithAColumnThatIsNotThere_NamesThoseThatAre()
    {
        using var client = api.NewClient();
        using var form = ApiFixture.Form("foo,bar\n1,2\n");
        form.Add(new StringContent("fooo"), "text_column");
        var problem = await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 400, "column_missing", "text_column");
        Assert.Contains("foo, bar", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusDetails_CountInOneLine()
    {
        using var client = api.NewClient();
        var errors = await ApiFixture.UploadAsync(client, "text,label\none,a\n,b\ntwo,b\nthree\n");
        Assert.Equal(
            "2 errors in 4 rows (line 3 text_empty, line 5 column_count): to train or evaluate on it, correct them and upload it again. /validation names each line.",
            (string)errors["status_details"]!);
        var unlabelled = await ApiFixture.UploadAsync(client, "text,tone\none,a\n");
        Assert.Equal("processed", (string)unlabelled["status"]!);
        Assert.Contains("label_column set to one of: tone.", (string)unlabelled["status_details"]!, StringComparison.Ordinal);
        var textOnly = await ApiFixture.UploadAsync(client, "text\none\n");
        Assert.Contains("add a column called 'label'.", (string)textOnly["status_details"]!, StringComparison.Ordinal);
        var warned = await ApiFixture.UploadAsync(client, "text,label\none,a\none,a\ntwo,b\nthree,b\n");
        Assert.Equal("4 rows, 2 labels, 1 warning (duplicate_text 1). /validation names each.", (string)warned["status_details"]!);
        Assert.Null((await ApiFixture.UploadAsync(client, "text,label\none,a\nfour,a\ntwo,b\nthree,b\n"))["status_details"]);
    }

    [Fact]
    public async Task Validation_CountsByCodeAndFiltersBySeverity()
    {
        using var client = api.NewClient();
        // 300 duplicates around three errors: whole blocks of issues hold no error.
        var csv = new StringBuilder("text,label\nsame,a\nother,b\nother one,b\n");
        for (var i = 0; i < 300; i++)
        {
            csv.Append(i % 100 == 50 ? ",a\n" : "same,a\n");
        }

        var file = await ApiFixture.UploadAsync(client, csv.ToString());
        var all = await GetAsync(client, $"{file["id"]}/validation?limit=1000");
        // The 21st warning is the imbalance.
        Assert.Equal((301, 3, 298), ((int)all["issue_count"]!, (int)all["error_count"]!, (int)all["warning_count"]!));
        Assert.Equal(297, (int)all["issue_counts"]!["duplicate_text"]!);
        Assert.Equal(3, (int)all["issue_counts"]!["text_empty"]!);
        Assert.False((bool)all["has_more"]!);

        var first = await GetAsync(client, $"{file["id"]}/validation?severity=error&limit=2");
        Assert.Equal([55, 155], Lines(first));
        Assert.True((bool)first["has_more"]!);
        var second = await GetAsync(client, $"{file["id"]}/validation?severity=error&limit=2&after={first["last_id"]}");
        Assert.Equal([255], Lines(second));
        Assert.False((bool)second["has_more"]!);
        var warnings = await GetAsync(client, $"{file["id"]}/validation?severity=warning&after=296&limit=10");
        Assert.Equal(["duplicate_text", "duplicate_text", "duplicate_text", "duplicate_text", "class_imbalance"], warnings["issues"]!.AsArray().Select(issue => (string)issue!["code"]!));
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{file["id"]}/validation?severity=bad", Cancel), 400, "invalid_value", "severity");
    }

    [Fact]
    public async Task Rows_ShowGoodAndBadRowsWithTheirIssues()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, "text,label\none,a\nbroken row\n\"two\nlines\",b\none,b\na 5\" screen,a\n,b\n");
        var rows = (await GetAsync(client, $"{file["id"]}/rows"))["data"]!.AsArray();
        Assert.Equal([2, 3, 4, 6, 7, 8], rows.Select(row => (int)row!["line"]!));
        Assert.Equal([true, false, true, true, true, false], rows.Select(row => (bool)row!["valid"]!));
        Assert.Equal(["one", null, "two\nlines", "one", "a 5\" screen", null], rows.Select(row => (string?)row!["text"]));
        Assert.Equal([null, "broken row", null, null, null, ",b"], rows.Select(row => (string?)row!["raw"]));
        Assert.Equal(
            ["", "column_count", "", "conflicting_labels", "stray_quote", "text_empty"],
            rows.Select(row => string.Join(' ', row!["issues"]!.AsArray().Select(issue => (string)issue!["code"]!))));
        Assert.Equal([3, 8], (await GetAsync(client, $"{file["id"]}/rows?valid=false"))["data"]!.AsArray().Select(row => (int)row!["line"]!));
        Assert.Equal([2, 7], (await GetAsync(client, $"{file["id"]}/rows?label=a"))["data"]!.AsArray().Select(row => (int)row!["line"]!));
        Assert.Empty((await GetAsync(client, $"{file["id"]}/rows?label=nobody"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Rows_WithSeveralLabels_AreFoundByEach()
    {
        using var client = api.NewClient();
        // 70 labels share 60 bits, so that finding the right ones needs a look at the rows.
        var lines = Enumerable.Range(0, 140).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"text":"text {{i}}","labels":["l{{i % 70}}","l{{(i + 1) % 70}}"]}"""));
        var file = await ApiFixture.UploadAsync(client, string.Join('\n', lines) + "\n{\"text\":\"none\",\"labels\":[]}");
        var rows = (await GetAsync(client, $"{file["id"]}/rows?label=l5"))["data"]!.AsArray();
        Assert.Equal([5, 6, 75, 76], rows.Select(row => (int)row!["line"]!));
        var report = await GetAsync(client, $"{file["id"]}/validation");
        Assert.Equal((true, 1, 0), ((bool)report["multi_label"]!, (int)report["rows_without_labels"]!, (int)report["error_count"]!));
    }

    [Fact]
    public async Task Validation_AgainstTheTrainingFile_ShowsWhatTheyShare()
    {
        using var client = api.NewClient();
        var training = await ApiFixture.UploadAsync(client, "text,label\none,a\ntwo,b\nthree,c\nthree,b\nfour,b\n");
        var validation = await ApiFixture.UploadAsync(client, "text,label\nnew,a\nTWO ,b\nthree,b\nfive,d\n,a\n");
        var leakage = (await GetAsync(client, $"{validation["id"]}/validation?against={training["id"]}"))["leakage"]!;
        Assert.Equal((2, 0.5, 1), ((int)leakage["rows"]!, (double)leakage["share"]!, (int)leakage["conflicts"]!));
        Assert.Equal(
            """[{"line":3,"other_line":3,"same_labels":true},{"line":4,"other_line":4,"same_labels":false}]""", leakage["examples"]!.ToJsonString());
        Assert.Equal(["d"], leakage["labels_only_here"]!.AsArray().Select(label => (string)label!));
        Assert.Equal(["c"], leakage["labels_only_there"]!.AsArray().Select(label => (string)label!));
        Assert.Null((await GetAsync(client, $"{validation["id"]}/validation"))["leakage"]);
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{validation["id"]}/validation?against=file-nope", Cancel), 400, "file_not_found", "against");
        var requests = await ApiFixture.UploadAsync(client, "{\"custom_id\":\"1\",\"url\":\"/v1/classify\"}\n", purpose: "batch");
        await Problems.AssertAsync(await client.GetAsync($"/v1/files/{validation["id"]}/validation?against={requests["id"]}", Cancel), 422, "file_unusable", "against");
    }

    [Fact]
    public async Task LostIndexes_AreMadeAnew()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, "text,label\none,a\n,b\ntwo,b\n");
        Directory.Delete(Path.Combine(api.DataFolder, "files", "findings", (string)file["id"]!), recursive: true);
        Assert.Equal([3], Lines(await GetAsync(client, $"{file["id"]}/validation?severity=error")));
        await File.WriteAllTextAsync(Path.Combine(api.DataFolder, "files", "findings", (string)file["id"]!, "rows.index"), "damaged", Cancel);
        Assert.Equal([2, 3, 4], (await GetAsync(client, $"{file["id"]}/rows"))["data"]!.AsArray().Select(row => (int)row!["line"]!));
    }

    [Fact]
    public async Task Job_OnAFileWithErrors_Is422NamingTheFirstLinesAndTheReport()
    {
        using var client = api.NewClient();
        var file = await ApiFixture.UploadAsync(client, "text,label\none,a\n" + string.Concat(Enumerable.Repeat(",b\n", 12)) + "two,b\n");
        using var job = await client.PostAsJsonAsync("/v1/fine_tuning/jobs", new { model = "mlp", training_file = (string)file["id"]! }, Cancel);
        var problem = await Problems.AssertAsync(job, 422, "file_unusable", "training_file");
        Assert.Equal(
            $"The file has 12 errors in 14 rows: line 3 text_empty, line 4 text_empty, line 5 text_empty and 9 more. Correct the lines and upload the file again; GET /v1/files/{file["id"]}/validation?severity=error names each of them.",
            (string)problem["detail"]!);
    }

    private static async Task<JsonObject> GetAsync(HttpClient client, string path) => await ApiFixture.ReadAsync(await client.GetAsync($"/v1/files/{path}", Cancel));

    private static IEnumerable<int> Lines(JsonObject report) => report["issues"]!.AsArray().Select(issue => (int)issue!["line"]!);
}
