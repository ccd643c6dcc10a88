using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

public sealed class RegistryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Route = "/v1/registry/models";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Presets_AreListedWithTheirSchema_TheRecommendedFirst()
    {
        using var client = api.NewClient();
        var presets = await ApiFixture.ReadAsync(await client.GetAsync("/v1/presets", Cancel));
        var first = presets["data"]![0]!.AsObject();
        Assert.Equal("mlp", (string)first["id"]!);
        Assert.Equal("preset", (string)first["object"]!);
        foreach (var member in new[] { "description", "encoder", "languages", "feedback", "fusion", "rounds", "trainable_from_scratch", "defaults" })
        {
            Assert.NotNull(first[member]);
        }

        Assert.Equal("object", (string)first["schema"]!["type"]!);
        Assert.False((bool)presets["has_more"]!);
        Assert.True(JsonNode.DeepEquals(first, await ApiFixture.ReadAsync(await client.GetAsync("/v1/presets/mlp", Cancel))));
        await Problems.AssertAsync(await client.GetAsync("/v1/presets/nope", Cancel), 404, "preset_not_found");
    }

    [Fact]
    public async Task Models_AreOpenAisList_OfPresetsAndReadyVersions()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        var list = await ApiFixture.ReadAsync(await client.GetAsync("/v1/models", Cancel));
        var ids = list["data"]!.AsArray().Select(model => (string)model!["id"]!).ToList();
        Assert.Contains("mlp", ids);
        Assert.Contains($"{name}:2", ids);
        Assert.Equal((ids[0], ids[^1], false), ((string)list["first_id"]!, (string)list["last_id"]!, (bool)list["has_more"]!));
        Assert.All(list["data"]!.AsArray(), model => Assert.Equal(["id", "created", "owned_by", "object"], model!.AsObject().Select(member => member.Key)));
    }

    [Fact]
    public async Task Model_IsFoundHoweverItsIdIsEscaped()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        await ApiFixture.ReadAsync(await PutAliasAsync(client, name, "production", 1));
        Assert.Equal($"{name}:1", await IdOfAsync(client, name));
        Assert.Equal($"{name}:2", await IdOfAsync(client, $"{name}:2"));
        Assert.Equal($"{name}:2", await IdOfAsync(client, $"{name}%3A2"));
        Assert.Equal($"{name}:1", await IdOfAsync(client, $"{name}%40production"));
        Assert.Equal($"{name}:2", await IdOfAsync(client, $"{name}@latest"));
        await Problems.AssertAsync(await client.GetAsync("/v1/models/team%2Fmodel:3@prod", Cancel), 404, "model_not_found", "model");
        await Problems.AssertAsync(await client.GetAsync("/v1/models/team/model", Cancel), 404, "model_not_found", "model");
    }

    [Fact]
    public async Task DeleteModel_TakesAVersionThatNothingNeeds_HoweverItsIdIsEscaped()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        var deleted = await ApiFixture.ReadAsync(await client.DeleteAsync($"/v1/models/{name}%3A1", Cancel));
        Assert.Equal(($"{name}:1", "model", true), ((string)deleted["id"]!, (string)deleted["object"]!, (bool)deleted["deleted"]!));
        await Problems.AssertAsync(await client.DeleteAsync($"/v1/models/{name}:1", Cancel), 404, "version_not_found", "version");
    }

    [Fact]
    public async Task DeleteModel_RefusesWhatServes_APresetAndANameWithoutVersion()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        using var serves = await client.DeleteAsync($"/v1/models/{name}:2", Cancel);
        Assert.Equal(["false"], serves.Headers.GetValues("x-should-retry"));
        await Problems.AssertAsync(serves, 409, "version_in_use");
        await Problems.AssertAsync(await client.DeleteAsync("/v1/models/mlp", Cancel), 409, "preset_permanent", "model");
        await Problems.AssertAsync(await client.DeleteAsync($"/v1/models/{name}", Cancel), 400, "version_required", "model");
        await Problems.AssertAsync(await client.DeleteAsync($"/v1/models/{name}@latest", Cancel), 400, "version_required", "model");
    }

    [Fact]
    public async Task Model_ShowsVersionsAliasesAndTimes()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(3);
        await ApiFixture.ReadAsync(await PutAliasAsync(client, name, "staging", 2));
        var model = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}", Cancel));
        Assert.Equal(3, (int)model["latest_version"]!);
        Assert.Equal("""{"staging":2}""", model["aliases"]!.ToJsonString());
        Assert.True(DateTimeOffset.TryParse((string)model["created_at"]!, out _));
        var versions = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/versions?limit=2", Cancel));
        Assert.Equal([3, 2], versions["data"]!.AsArray().Select(version => (int)version!["version"]!));
        versions = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/versions?limit=2&after={versions["last_id"]}", Cancel));
        Assert.Equal([1], versions["data"]!.AsArray().Select(version => (int)version!["version"]!));
        Assert.Equal($"{name}:1", (string)(await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/versions/1", Cancel)))["id"]!);
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/versions/9", Cancel), 404, "version_not_found", "version");
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/versions/x", Cancel), 400, "invalid_value", "version");
        await Problems.AssertAsync(await client.GetAsync($"{Route}/nope", Cancel), 404, "model_not_found", "name");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/versions/1")]
    public async Task Patch_ChangesWhatIsGiven_AndNullTakesATagAway(string place)
    {
        using var client = api.NewClient();
        var path = $"{Route}/{await api.RegisterAsync(1)}{place}";
        await ApiFixture.ReadAsync(await PatchAsync(client, path, """{"description":"mail","tags":{"team":"a","draft":"x"}}"""));
        var changed = await ApiFixture.ReadAsync(await PatchAsync(client, path, """{"tags":{"draft":null,"geprüft":"\"ja\""}}"""));
        Assert.Equal("mail", (string)changed["description"]!);
        Assert.Equal(["geprüft", "team"], changed["tags"]!.AsObject().Select(tag => tag.Key).Order(StringComparer.Ordinal));
        Assert.True(JsonNode.DeepEquals(changed["tags"], (await ApiFixture.ReadAsync(await client.GetAsync(path, Cancel)))["tags"]));
        Assert.Null((await ApiFixture.ReadAsync(await PatchAsync(client, path, """{"description":""}""")))["description"]);
        await Problems.AssertAsync(await PatchAsync(client, path, """{"state":"x"}"""), 400, "unknown_parameter", "state");
        await Problems.AssertAsync(await PatchAsync(client, path, """{"tags":{"a":1}}"""), 400, null, "tags.a");
        await Problems.AssertAsync(await PatchAsync(client, path, $$$"""{"tags":{"{{{new string('k', 251)}}}":"v"}}"""), 400, "invalid_value", "tags");
        await Problems.AssertAsync(await PatchAsync(client, path, $$$"""{"tags":{"k":"{{{new string('v', 5001)}}}"}}"""), 400, "invalid_value", "tags");
        await ApiFixture.ReadAsync(await PatchAsync(client, path, $$$"""{"tags":{"{{{new string('k', 250)}}}":"{{{new string('v', 5000)}}}"}}"""));
    }

    [Fact]
    public async Task Lists_AreFilteredByTag_InEitherOrder()
    {
        using var client = api.NewClient();
        var team = Guid.NewGuid().ToString("N");
        string[] names = [await api.RegisterAsync(3), await api.RegisterAsync(1), await api.RegisterAsync(1)];
        foreach (var name in names[..2])
        {
            await ApiFixture.ReadAsync(await PatchAsync(client, $"{Route}/{name}", $$$"""{"tags":{"team":"{{{team}}}","kind":"\"a\":\"b\""}}"""));
        }
        foreach (var version in new[] { 1, 3 })
        {
            await ApiFixture.ReadAsync(await PatchAsync(client, $"{Route}/{names[0]}/versions/{version}", """{"tags":{"good":"yes"}}"""));
        }

        async Task<IEnumerable<string>> IdsAsync(string path, string member) =>
            (await ApiFixture.ReadAsync(await client.GetAsync(path, Cancel)))["data"]!.AsArray().Select(item => item![member]!.ToString());

        Assert.Equal(names[..2].Order(StringComparer.Ordinal), (await IdsAsync($"{Route}?tag[team]={team}", "name")).Order(StringComparer.Ordinal));
        Assert.Empty(await IdsAsync($"{Route}?tag[team]={team}&tag[a]=b", "name"));
        Assert.Empty(await IdsAsync($"{Route}?tag[eam]={team}", "name"));
        var oldest = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}?tag[team]={team}&order=asc&limit=1", Cancel));
        Assert.True((bool)oldest["has_more"]!);
        var rest = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}?tag[team]={team}&order=asc&limit=1&after={oldest["last_id"]}", Cancel));
        Assert.False((bool)rest["has_more"]!);
        Assert.NotEqual((string)oldest["last_id"]!, (string)rest["last_id"]!);
        Assert.Equal(["1", "3"], await IdsAsync($"{Route}/{names[0]}/versions?tag[good]=yes&order=asc", "version"));
        Assert.Equal(["3"], await IdsAsync($"{Route}/{names[0]}/versions?tag[good]=yes&order=asc&after=1", "version"));
        await Problems.AssertAsync(await client.GetAsync($"{Route}?order=up", Cancel), 400, "invalid_value", "order");
        await Problems.AssertAsync(await client.GetAsync($"{Route}?after=nope", Cancel), 400, "unknown_after", "after");
    }

    [Theory]
    [InlineData("If-Match", "W/\"{0}\"", 412)]
    [InlineData("If-Match", "\"{0}\"", 200)]
    [InlineData("If-Match", "\"0\", \"{0}\"", 200)]
    [InlineData("If-Match", "{0}", 412)]
    [InlineData("If-Match", "\"-1\"", 412)]
    [InlineData("If-Match", "\"99999999999999999999\"", 412)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-None-Match", "*", 412)]
    public async Task Put_UnderACondition(string header, string value, int status)
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        using var made = await PutAliasAsync(client, name, "production", 1);
        var revision = made.Headers.ETag!.Tag.Trim('"');
        foreach (var (method, path) in new[] { (HttpMethod.Put, ""), (HttpMethod.Post, "/rollback") })
        {
            using var request = new HttpRequestMessage(method, $"{Route}/{name}/aliases/production{path}");
            request.Content = method == HttpMethod.Put ? JsonContent.Create(new { version = 2 }) : null;
            request.Headers.TryAddWithoutValidation(header, value.Replace("{0}", revision, StringComparison.Ordinal));
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal(method == HttpMethod.Post && status == 200 && value != "*" ? 412 : status, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Put_WithIfNoneMatchStar_MakesAnAliasThatIsNotThere()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Route}/{name}/aliases/production") { Content = JsonContent.Create(new { version = 1 }) };
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        await ApiFixture.ReadAsync(await client.SendAsync(request, Cancel));
    }

    [Fact]
    public async Task Get_WithTheTagItKnows_Is304()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        using var made = await PutAliasAsync(client, name, "production", 1);
        foreach (var known in new[] { made.Headers.ETag!.Tag, "W/" + made.Headers.ETag.Tag, "*" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Route}/{name}/aliases/production");
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal(304, (int)answer.StatusCode);
            Assert.Equal(made.Headers.ETag, answer.Headers.ETag);
        }
    }

    [Fact]
    public async Task Rollback_SaysWhyInTheHistory()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        await ApiFixture.ReadAsync(await PutAliasAsync(client, name, "production", 1));
        await ApiFixture.ReadAsync(await PutAliasAsync(client, name, "production", 2));
        await ApiFixture.ReadAsync(await client.PostAsJsonAsync($"{Route}/{name}/aliases/production/rollback", new { reason = "worse" }, Cancel));
        await Problems.AssertAsync(await client.PostAsJsonAsync($"{Route}/{name}/aliases/production/rollback", new { why = "worse" }, Cancel), 400, "unknown_parameter", "why");
        await Problems.AssertAsync(await client.PostAsync($"{Route}/{name}/aliases/production/rollback", null, Cancel), 409, "nothing_to_roll_back");
        var first = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/aliases/production/history?limit=1", Cancel));
        Assert.Equal("worse", (string)first["data"]![0]!["reason"]!);
        var rest = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/aliases/production/history?after={first["last_id"]}", Cancel));
        Assert.Equal(2, rest["data"]!.AsArray().Count);
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/aliases/production/history?after=x", Cancel), 400, "invalid_value", "after");
    }

    [Fact]
    public async Task Alias_MovesOnlyFromWhatTheCallerHasSeen()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        using var made = await PutAliasAsync(client, name, "production", 1, "first");
        var seen = made.Headers.ETag!;
        Assert.NotNull(seen);
        using var read = await client.GetAsync($"{Route}/{name}/aliases/production", Cancel);
        Assert.Equal(seen, read.Headers.ETag);
        using var moved = await PutAliasAsync(client, name, "production", 2, "better", seen);
        await ApiFixture.ReadAsync(moved);
        await Problems.AssertAsync(await PutAliasAsync(client, name, "production", 1, "late", seen), 412, "alias_changed", "If-Match");
        await Problems.AssertAsync(await PutAliasAsync(client, name, "none-yet", 1, "must exist", EntityTagHeaderValue.Any), 412, "alias_changed", "If-Match");
        await Problems.AssertAsync(await PutAliasAsync(client, name, "production", 1, "odd", new EntityTagHeaderValue("\"nonsense\"")), 412, "alias_changed", "If-Match");

        var back = await ApiFixture.ReadAsync(await client.PostAsync($"{Route}/{name}/aliases/production/rollback", null, Cancel));
        Assert.Equal(1, (int)back["version"]!);
        var history = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/aliases/production/history", Cancel));
        Assert.Equal(["rollback", "better", "first"], history["data"]!.AsArray().Select(move => (string)move!["reason"]!));
        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{name}/aliases/production");
        delete.Headers.IfMatch.Add(seen);
        await Problems.AssertAsync(await client.SendAsync(delete, Cancel), 412, "alias_changed", "If-Match");
        await ApiFixture.ReadAsync(await client.DeleteAsync($"{Route}/{name}/aliases/production", Cancel));
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/aliases/production", Cancel), 404, "alias_not_found", "alias");
    }

    [Theory]
    [InlineData("latest", 1, 409, "alias_reserved", "alias")]
    [InlineData("v2", 1, 409, "alias_reserved", "alias")]
    [InlineData("7", 1, 409, "alias_reserved", "alias")]
    [InlineData("UPPER", 1, 400, "invalid_alias", "alias")]
    [InlineData("ok", 0, 400, "invalid_value", "version")]
    [InlineData("ok", 99, 404, "version_not_found", "version")]
    public async Task Alias_WithABadNameOrVersion_IsRefused(string alias, int version, int status, string code, string param)
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        await Problems.AssertAsync(await PutAliasAsync(client, name, alias, version), status, code, param);
    }

    [Fact]
    public async Task Deletion_IsRefusedForWhatServes_AndAnsweredInOpenAisShape()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(3);
        var problem = await Problems.AssertAsync(await client.DeleteAsync($"{Route}/{name}/versions/3", Cancel), 409, "version_in_use");
        Assert.Contains("production", (string)problem["detail"]!, StringComparison.Ordinal);
        await ApiFixture.ReadAsync(await PutAliasAsync(client, name, "production", 1));
        problem = await Problems.AssertAsync(await client.DeleteAsync($"{Route}/{name}/versions/1", Cancel), 409, "version_in_use");
        Assert.Contains("'production'", (string)problem["detail"]!, StringComparison.Ordinal);
        problem = await Problems.AssertAsync(await client.DeleteAsync($"{Route}/{name}", Cancel), 409, "model_in_use");
        Assert.Contains($"{name}:1: the alias 'production'", (string)problem["detail"]!, StringComparison.Ordinal);

        var gone = await ApiFixture.ReadAsync(await client.DeleteAsync($"{Route}/{name}/versions/3", Cancel));
        Assert.Equal($$"""{"id":"{{name}}:3","object":"registry.version","deleted":true}""", gone.ToJsonString());
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/versions/3", Cancel), 404, "version_not_found", "version");
        await Problems.AssertAsync(await client.DeleteAsync($"{Route}/{name}/versions/3", Cancel), 404, "version_not_found", "version");

        await ApiFixture.ReadAsync(await client.DeleteAsync($"{Route}/{name}/aliases/production", Cancel));
        gone = await ApiFixture.ReadAsync(await client.DeleteAsync($"{Route}/{name}", Cancel));
        Assert.Equal($$"""{"id":"{{name}}","object":"registry.model","deleted":true}""", gone.ToJsonString());
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}", Cancel), 404, "model_not_found", "name");
        await Problems.AssertAsync(await client.DeleteAsync($"{Route}/{name}", Cancel), 404, "model_not_found", "name");
    }

    [Fact]
    public async Task Version_ThatAQueuedJobReads_CannotBeDeleted_UntilItHasEnded()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(2);
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\na,x\nb,y\n", purpose: "evals"))["id"]!;
        var evaluation = (string)(await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = $"{name}:1", file }, Cancel)))["id"]!;
        foreach (var (path, code) in new[] { ($"{Route}/{name}/versions/1", "version_in_use"), ($"{Route}/{name}", "model_in_use") })
        {
            var problem = await Problems.AssertAsync(await client.DeleteAsync(path, Cancel), 409, code);
            Assert.Contains(evaluation, (string)problem["detail"]!, StringComparison.Ordinal);
        }

        await using (var db = await Contexts.CreateDbContextAsync(Cancel))
        {
            await db.Jobs.Where(job => job.Id == evaluation).ExecuteUpdateAsync(set => set.SetProperty(job => job.State, JobState.Failed), Cancel);
        }
        await ApiFixture.ReadAsync(await client.DeleteAsync($"{Route}/{name}/versions/1", Cancel));
    }

    [Theory]
    [InlineData("..%2F..%2Fservice.db")]
    [InlineData("%2E%2E%2Fmanifest.json")]
    [InlineData("..%5Cservice.db")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("nope.json")]
    public async Task Artifact_OutsideTheVersion_IsNotFound(string file)
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        await Problems.AssertAsync(await client.GetAsync($"{Route}/{name}/versions/1/artifacts/{file}", Cancel), 404, null, "file");
    }

    [Fact]
    public async Task Artifacts_AreListedAndDownloaded()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        var list = await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{name}/versions/1/artifacts", Cancel));
        Assert.Equal(["config.json", "manifest.json"], list["data"]!.AsArray().Select(file => (string)file!["name"]!));
        Assert.Equal("{}", await client.GetStringAsync($"{Route}/{name}/versions/1/artifacts/config.json", Cancel));
    }

    private IDbContextFactory<AppDbContext> Contexts => api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();

    private static async Task<string> IdOfAsync(HttpClient client, string escaped) =>
        (string)(await ApiFixture.ReadAsync(await client.GetAsync($"/v1/models/{escaped}", Cancel)))["id"]!;

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, string path, string body) =>
        client.PatchAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancel);

    private static async Task<HttpResponseMessage> PutAliasAsync(
        HttpClient client, string name, string alias, int version, string? reason = null, EntityTagHeaderValue? seen = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"{Route}/{name}/aliases/{alias}") { Content = JsonContent.Create(new { version, reason }) };
        if (seen is not null)
        {
            request.Headers.IfMatch.Add(seen);
        }

        return await client.SendAsync(request, Cancel);
    }
}
