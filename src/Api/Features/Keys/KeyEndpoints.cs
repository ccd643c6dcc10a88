using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Keys;

/// <summary>Routes of API keys.</summary>
internal static class KeyEndpoints
{
    private const string Id = "key_4k6n3z0aw1sd5b8x2m1q7c9v";

    private const string Example = """
        {"id":"key_4k6n3z0aw1sd5b8x2m1q7c9v","object":"key","name":"web shop","scopes":["predict"],"status":"active","created_at":"2026-11-22T18:00:00+00:00","expires_at":"2027-11-22T00:00:00+00:00","revoked_at":null,"last_used_at":"2026-11-22T18:05:00+00:00","created_by_key_id":null}
        """;

    private const string Made = """
        {"id":"key_4k6n3z0aw1sd5b8x2m1q7c9v","object":"key","name":"web shop","scopes":["predict"],"status":"active","created_at":"2026-11-22T18:00:00+00:00","expires_at":"2027-11-22T00:00:00+00:00","revoked_at":null,"last_used_at":null,"created_by_key_id":null,"key":"fbs.4k6n3z0aw1sd5b8x2m1q7c9v.SHOWN-ONCE-43-LETTERS-DIGITS-DASHES-UNDERSCORES"}
        """;

    /// <summary>Maps <c>/v1/keys</c>.</summary>
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/v1/keys").WithTags("Keys").NeedsScope(Scopes.Admin);

        keys.MapPost("/", CreateKey.HandleAsync).WithName("CreateKey").WithSummary("Make a key")
            .WithDescription("The answer shows the key, this once; only its hash is kept. A repeat with the same Idempotency-Key finds what was made but cannot show the key again: revoke it and make another. The first key closes a service that was open, so it must have the scope admin.")
            .WithRequestExample("""{"name":"web shop","scopes":["predict"],"expires_at":"2027-11-22T00:00:00Z"}""")
            .WithAnswerExample(Made, StatusCodes.Status201Created).Refuses(400, 409, 413, 415);

        keys.MapGet("/", ListAsync).WithName("ListKeys").WithSummary("List keys")
            .WithDescription("Newest first, expired and revoked ones included.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"{{Id}}","last_id":"{{Id}}","has_more":false}""")
            .WithParameterExample("limit", "20").Refuses(400);

        keys.MapGet("/{id}", GetAsync).WithName("GetKey").WithSummary("Get a key")
            .WithDescription("What it may do and when it was last used.")
            .WithParameterExample("id", Id).WithAnswerExample(Example).Refuses(404);

        keys.MapDelete("/{id}", RevokeAsync).WithName("RevokeKey").WithSummary("Revoke a key")
            .WithDescription("No request is taken with it any more. It stays listed, since what it has made names it.")
            .WithParameterExample("id", Id)
            .WithAnswerExample(Example.Replace("\"active\"", "\"revoked\"", StringComparison.Ordinal).Replace("\"revoked_at\":null", "\"revoked_at\":\"2026-11-22T19:00:00+00:00\"", StringComparison.Ordinal))
            .Refuses(404);
    }

    private static async Task<Ok<ListPage<KeyObject>>> ListAsync([AsParameters] PageQuery page, KeyStore keys, TimeProvider clock, CancellationToken cancellationToken)
    {
        var found = await keys.ListAsync(page.After, page.LimitOr(), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, row => KeyObject.From(row, clock)));
    }

    private static async Task<Ok<KeyObject>> GetAsync(string id, KeyStore keys, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(KeyObject.From(await keys.GetAsync(id, cancellationToken), clock));

    private static async Task<Ok<KeyObject>> RevokeAsync(string id, KeyStore keys, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(KeyObject.From(await keys.RevokeAsync(id, cancellationToken), clock));
}
