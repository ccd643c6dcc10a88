using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Routes of aliases.</summary>
internal static class AliasEndpoints
{
    private const string Example = """{"model":"support-tickets","alias":"production","version":1,"updated_at":"2026-11-22T18:00:00+00:00","object":"registry.alias"}""";
    private const string Move = """{"id":"4","from_version":null,"to_version":1,"reason":"best on the holdout","created_by_key_id":null,"created_at":"2026-11-22T18:00:00+00:00","object":"registry.alias_move"}""";

    /// <summary>Maps them below <c>/v1/registry/models/{name}/aliases</c>.</summary>
    public static void MapAliases(this IEndpointRouteBuilder routes)
    {
        var aliases = routes.MapGroup("/v1/registry/models/{name}/aliases/{alias}").WithTags("Registry").NeedsScope(Scopes.ModelsRead);

        aliases.MapGet("/", GetAsync).WithName("GetAlias").WithSummary("Get an alias")
            .WithDescription("Where it points; the ETag goes into If-Match of a change.")
            .WithAnswerExample(Example).Produces(StatusCodes.Status304NotModified).WithNames().Refuses(404);

        aliases.MapPut("/", PutAsync).NeedsScope(Scopes.ModelsWrite).WithName("PutAlias").WithSummary("Point an alias at a version")
            .WithDescription("Makes or moves it. With If-Match only if nobody else has moved it since, with If-None-Match: * only if it is not there; the reason goes into the history.")
            .WithRequestExample("""{"version":1,"reason":"best on the holdout"}""").WithAnswerExample(Example).WithNames().Refuses(400, 404, 409, 412, 413, 415);

        aliases.MapDelete("/", DeleteAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteAlias").WithSummary("Remove an alias")
            .WithDescription("Its history stays.")
            .WithAnswerExample("""{"id":"support-tickets@production","object":"registry.alias","deleted":true}""").WithNames().Refuses(404, 412);

        aliases.MapGet("/history", HistoryAsync).WithName("ListAliasHistory").WithSummary("See where an alias has pointed")
            .WithDescription("Every move, newest first, with its reason.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Move}}],"first_id":"4","last_id":"4","has_more":false}""").WithNames().WithParameterExample("limit", "20").Refuses(400, 404);

        aliases.MapPost("/rollback", RollbackAsync).NeedsScope(Scopes.ModelsWrite).WithName("RollbackAlias").WithSummary("Point an alias back")
            .WithDescription("At the version it pointed at before its newest move that was not rolled back yet: repeated, it goes on back. Body and If-Match may be left out.")
            .WithRequestExample("""{"reason":"more wrong answers than before"}""").WithAnswerExample(Example).WithNames().Refuses(400, 404, 409, 412, 413, 415);
    }

    private static RouteHandlerBuilder WithNames(this RouteHandlerBuilder route) =>
        route.WithParameterExample("name", "support-tickets").WithParameterExample("alias", "production");

    private static async Task<Results<Ok<AliasObject>, StatusCodeHttpResult>> GetAsync(
        string name, string alias, HttpContext context, AliasStore aliases, CancellationToken cancellationToken)
    {
        var row = await aliases.GetAsync(name, alias, cancellationToken);
        AliasTags.Write(context.Response, row.Revision);
        return AliasTags.IsKnown(context.Request, row.Revision)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(AliasObject.From(row));
    }

    private static async Task<Ok<AliasObject>> PutAsync(
        string name, string alias, PutAliasRequest request, HttpContext context, AliasStore aliases, ModelRoutes routes, CancellationToken cancellationToken)
    {
        var move = new AliasMove(name, alias, request.Version, request.Reason, null);
        var row = await aliases.PutAsync(move, AliasTags.Expected(context.Request), cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        AliasTags.Write(context.Response, row.Revision);
        return TypedResults.Ok(AliasObject.From(row));
    }

    private static async Task<Ok<DeletedObject>> DeleteAsync(
        string name, string alias, HttpRequest request, AliasStore aliases, ModelRoutes routes, CancellationToken cancellationToken)
    {
        await aliases.DeleteAsync(name, alias, AliasTags.Expected(request), null, cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        return TypedResults.Ok(new DeletedObject($"{name}@{alias}", "registry.alias"));
    }

    private static async Task<Ok<ListPage<AliasMoveObject>>> HistoryAsync(
        string name, string alias, [AsParameters] PageQuery page, ModelStore models, AliasStore aliases, CancellationToken cancellationToken)
    {
        await models.GetAsync(name, cancellationToken);
        var after = page.After is null ? (long?)null : page.AfterNumber();
        var found = await aliases.HistoryAsync(name, alias, after, page.LimitOr(), cancellationToken);
        return TypedResults.Ok(found.ToList(row => AliasMoveObject.From(row).Id, AliasMoveObject.From));
    }

    private static async Task<Ok<AliasObject>> RollbackAsync(
        string name, string alias, RollbackAliasRequest? request, HttpContext context, AliasStore aliases, ModelRoutes routes, CancellationToken cancellationToken)
    {
        var row = await aliases.RollbackAsync(name, alias, AliasTags.Expected(context.Request), request?.Reason, null, cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        AliasTags.Write(context.Response, row.Revision);
        return TypedResults.Ok(AliasObject.From(row));
    }
}
