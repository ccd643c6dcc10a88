using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Keys;

/// <summary>POST /v1/keys: makes a key and shows it, once. A repeat with the same Idempotency-Key finds the key, but cannot show it again.</summary>
internal static class CreateKey
{
    /// <summary>Handles the request.</summary>
    public static async Task<Created<KeyObject>> HandleAsync(
        CreateKeyRequest request, HttpContext context, KeyStore keys, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (request.Name is null || request.Scopes is null)
        {
            throw ServiceException.Invalid("missing_parameter", "The request needs 'name' and 'scopes'.", request.Name is null ? "name" : "scopes");
        }

        // One click on the Swagger page's example must not lock the person at it out.
        if (context.Caller() == Caller.OfOpenService && !request.Scopes.Contains(Scopes.Admin))
        {
            throw ServiceException.Conflict(
                "first_key_needs_admin", "The first key closes this open service, so it needs the scope 'admin', or nobody could make another. Make that one first.", "scopes");
        }

        var made = await keys.CreateAsync(
            new NewKey(request.Name, request.Scopes, request.ExpiresAt), IdempotencyHeader.Claim(context, request), cancellationToken);
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return TypedResults.Created($"/v1/keys/{made.Row.Id}", KeyObject.From(made.Row, clock) with { Key = made.Key });
    }
}
