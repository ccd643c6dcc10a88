using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Errors;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeedbackService.Api.Tests.Errors;

public sealed class ProblemMappingTests
{
    private const int NoSpaceLeft = 28;
    private const int SqliteFull = 13;

    public static TheoryData<Exception, int, string> Table => new()
    {
        { ServiceException.Invalid("a", "m"), 400, "a" },
        { ServiceException.NotFound("b", "m"), 404, "b" },
        { ServiceException.Conflict("c", "m"), 409, "c" },
        { ServiceException.TooLarge("d", "m"), 413, "d" },
        { ServiceException.Unusable("e", "m"), 422, "e" },
        { new JsonException("x"), 400, "invalid_json" },
        { new BadHttpRequestException("x", 413), 413, "body_too_large" },
        { new BadHttpRequestException("x", 415), 415, "unsupported_media_type" },
        { new BadHttpRequestException("x", 408), 408, "request_timeout" },
        { new BadHttpRequestException("x"), 400, "bad_request" },
        { new IOException("No space left on device", NoSpaceLeft), 507, "disk_full" },
        { new SqliteException("full", SqliteFull), 507, "disk_full" },
        { new DbUpdateException("x", new SqliteException("full", SqliteFull)), 507, "disk_full" },
        { Postgres("53100"), 507, "disk_full" },
        { new DbUpdateException("x", Postgres("53100")), 507, "disk_full" },
        { Postgres("22021"), 400, "invalid_value" },
        { Postgres("57P01"), 503, "database_unavailable" },
        { new InvalidOperationException("x", new NpgsqlException("secret", new TimeoutException())), 503, "database_unavailable" },
        { Postgres("23505"), 500, "internal_error" },
        { new TimeoutException("x"), 504, "deadline_exceeded" },
        { new InvalidOperationException("secret path /home/x"), 500, "internal_error" },
        { new IOException("secret path /home/x"), 500, "internal_error" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Exception_BecomesItsStatus(Exception error, int status, string code)
    {
        var problem = ProblemMapping.From(error);
        Assert.Equal(status, problem.Status);
        Assert.Equal(code, problem.Code);
        Assert.DoesNotContain("secret", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(405, "invalid_request_error")]
    [InlineData(409, "conflict_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "server_error")]
    [InlineData(507, "server_error")]
    public void Status_HasOpenAisWord(int status, string word) => Assert.Equal(word, new Problem(status, "x", "m").ErrorType);

    [Theory]
    [InlineData(409, "/problems/conflict")]
    [InlineData(422, "/problems/unusable")]
    [InlineData(429, "/problems/rate-limited")]
    [InlineData(500, "/problems/internal-error")]
    [InlineData(503, "/problems/database-unavailable")]
    [InlineData(504, "/problems/deadline-exceeded")]
    [InlineData(507, "/problems/disk-full")]
    public void Status_Alone_IsTheProblemThatComesWithIt(int status, string type)
    {
        var problem = ProblemMapping.FromStatus(status);
        Assert.Equal((status, type), (problem.Status, problem.Type));
    }

    [Fact]
    public async Task Overload_SaysWhenToComeBack()
    {
        var context = await WriteAsync("/v1/classify", new Problem(429, "queue_full", "m", RetryAfter: TimeSpan.FromSeconds(1.2)));
        Assert.Equal("2", context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task SeveralFaults_AreListedByField()
    {
        var context = await WriteAsync("/v1/x", new Problem(400, "invalid_value", "m", "a", new Dictionary<string, string[]> { ["a"] = ["1"], ["b"] = ["2"] }));
        context.Response.Body.Position = 0;
        var body = JsonNode.Parse(context.Response.Body)!;
        Assert.Equal("""{"a":["1"],"b":["2"]}""", body["errors"]!.ToJsonString());
        Assert.Equal("a", (string)body["error"]!["param"]!);
    }

    private static PostgresException Postgres(string state) => new("secret", "ERROR", "ERROR", state);

    private static async Task<HttpContext> WriteAsync(string path, Problem problem)
    {
        var context = new DefaultHttpContext { TraceIdentifier = "req_1" };
        context.Request.Path = path;
        context.Response.Body = new MemoryStream();
        await ProblemWriter.WriteAsync(context, problem);
        await context.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);
        return context;
    }
}
