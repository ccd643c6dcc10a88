using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests;

/// <summary>Asserts the one body of errors.</summary>
public static class Problems
{
    /// <summary>Checks a refusal in the dialects whose clients read the error as text.</summary>
    public static async Task AssertTextAsync(HttpResponseMessage response, int status, string? code, string errorType)
    {
        var problem = await AssertAsync(response, status, code);
        Assert.Equal((string)problem["detail"]!, (string)problem["error"]!);
        Assert.Equal(errorType, (string)problem["error_type"]!);
    }

    /// <summary>Checks every member that clients read; a null code accepts any.</summary>
    public static async Task<JsonObject> AssertAsync(HttpResponseMessage response, int status, string? code, string? param = null)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(status, (int)problem["status"]!);
        Assert.StartsWith("/problems/", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
        Assert.Matches("^[0-9a-f]{32}$", (string)problem["trace_id"]!);
        if (code is not null)
        {
            Assert.Equal(code, (string)problem["code"]!);
        }

        if (problem["error"] is JsonObject error)
        {
            Assert.Equal(["message", "type", "param", "code"], error.Select(member => member.Key));
            Assert.Equal((string)problem["code"]!, (string)error["code"]!);
            Assert.Equal(param, (string?)error["param"]);
        }

        return problem;
    }
}
