using System.Globalization;
using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Routes of registered models, their versions and files.</summary>
internal static class RegistryEndpoints
{
    private const int MaxTagName = 250;
    private const int MaxTagValue = 5000;

    private const string ModelExample = """
        {"name":"support-tickets","description":"Customer mail by intent","tags":{"team":"support"},"latest_version":1,"aliases":{"production":1},"created_at":"2026-11-22T18:00:00+00:00","updated_at":"2026-11-22T18:00:00+00:00","object":"registry.model"}
        """;

    private const string VersionExample = """
        {"id":"support-tickets:1","name":"support-tickets","version":1,"kind":"classifier","job_id":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd","manifest_sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","bytes":33554432,"metrics":{"accuracy":0.93},"lineage":{"preset":"mlp","seed":42},"created_at":"2026-11-22T18:00:00+00:00","object":"registry.version","status":"ready"}
        """;

    private const string Artifact = """{"name":"config.json","bytes":1024,"object":"registry.artifact"}""";

    /// <summary>Maps <c>/v1/registry/models</c>.</summary>
    public static void MapRegistry(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/v1/registry/models").WithTags("Registry").NeedsScope(Scopes.ModelsRead);

        models.MapGet("/", ListAsync).WithName("ListRegistryModels").WithSummary("List registered models")
            .WithDescription("Newest first, each with its newest version and its aliases.")
            .WithAnswerExample(List(ModelExample, "support-tickets")).WithParameterExample("limit", "20").Refuses(400);
        models.MapGet("/{name}", GetAsync).WithName("GetRegistryModel").WithSummary("Get a registered model")
            .WithDescription("With its newest version and its aliases.").WithAnswerExample(ModelExample).WithModel().Refuses(404);
        models.MapPatch("/{name}", PatchAsync).NeedsScope(Scopes.ModelsWrite).WithName("PatchRegistryModel").WithSummary("Describe a registered model")
            .WithDescription("Changes description and tags; what is absent stays.")
            .WithRequestExample("""{"description":"Customer mail by intent","tags":{"team":"support"}}""").WithAnswerExample(ModelExample).WithModel().Refuses(400, 404, 413, 415);
        models.MapDelete("/{name}", DeleteAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteRegistryModel").WithSummary("Delete a registered model")
            .WithDescription("With all its versions. Refused while an alias points at one, a job uses one or is making one; the answer names them. Numbers never come back.")
            .WithAnswerExample("""{"id":"support-tickets","object":"registry.model","deleted":true}""").WithModel().Refuses(404, 409);

        models.MapGet("/{name}/versions", ListVersionsAsync).WithName("ListVersions").WithSummary("List the versions of a model")
            .WithDescription("Newest first, each with its evaluation and where it comes from.")
            .WithAnswerExample(List(VersionExample, "1")).WithModel().WithParameterExample("limit", "20").Refuses(400, 404);
        models.MapGet("/{name}/versions/{version}", GetVersionAsync).WithName("GetVersion").WithSummary("Get a version")
            .WithDescription("Its evaluation and where it comes from.").WithAnswerExample(VersionExample).WithVersion().Refuses(400, 404);
        models.MapDelete("/{name}/versions/{version}", DeleteVersionAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteVersion").WithSummary("Delete a version")
            .WithDescription("Refused while an alias points at it, a job uses it, or its name means it (the newest of several, no alias production); the answer names them. Its number never comes back.")
            .WithAnswerExample("""{"id":"support-tickets:1","object":"registry.version","deleted":true}""").WithVersion().Refuses(400, 404, 409);

        models.MapGet("/{name}/versions/{version}/artifacts", ListArtifactsAsync).WithName("ListArtifacts").WithSummary("List the files of a version")
            .WithDescription("Format v1: configuration, weights, tokenizer and a manifest with the hash of each.")
            .WithAnswerExample(List(Artifact, "config.json")).WithVersion().Refuses(400, 404);
        models.MapGet("/{name}/versions/{version}/artifacts/{file}", DownloadAsync).WithName("GetArtifact").WithSummary("Download a file of a version")
            .WithDescription("Ranges are answered.").Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .WithVersion().WithParameterExample("file", "config.json").Refuses(400, 404);
    }

    private static string List(string item, string id) => $$"""{"object":"list","data":[{{item}}],"first_id":"{{id}}","last_id":"{{id}}","has_more":false}""";

    private static RouteHandlerBuilder WithModel(this RouteHandlerBuilder route) => route.WithParameterExample("name", "support-tickets");

    private static RouteHandlerBuilder WithVersion(this RouteHandlerBuilder route) => route.WithModel().WithParameterExample("version", "1");

    private static async Task<Ok<ListPage<RegistryModelObject>>> ListAsync([AsParameters] PageQuery page, ModelStore models, CancellationToken cancellationToken)
    {
        var found = await models.ListAsync(page.After, page.LimitOr(), cancellationToken);
        return TypedResults.Ok(found.ToList(model => model.Model.Name, RegistryModelObject.From));
    }

    private static async Task<Ok<RegistryModelObject>> GetAsync(string name, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryModelObject.From(await models.GetAsync(name, cancellationToken)));

    private static async Task<Ok<RegistryModelObject>> PatchAsync(string name, PatchModelRequest request, ModelStore models, CancellationToken cancellationToken)
    {
        if (request.Tags?.Any(tag => tag.Key.Length is 0 or > MaxTagName || tag.Value is null || tag.Value.Length > MaxTagValue) == true)
        {
            throw ServiceException.Invalid("invalid_value", $"'tags' takes names to {MaxTagName} characters and string values to {MaxTagValue}.", "tags");
        }

        var tags = request.Tags is null ? null : JsonSerializer.Serialize(request.Tags);
        return TypedResults.Ok(RegistryModelObject.From(await models.DescribeAsync(name, request.Description, tags, cancellationToken)));
    }

    private static async Task<Ok<DeletedObject>> DeleteAsync(string name, ModelStore models, CancellationToken cancellationToken)
    {
        await models.DeleteAsync(name, cancellationToken);
        return TypedResults.Ok(new DeletedObject(name, "registry.model"));
    }

    private static async Task<Ok<ListPage<RegistryVersionObject>>> ListVersionsAsync(
        string name, [AsParameters] PageQuery page, ModelStore models, CancellationToken cancellationToken)
    {
        var after = page.After is null ? (int?)null : (int)Math.Min(page.AfterNumber(), int.MaxValue);
        var found = await models.ListVersionsAsync(name, after, page.LimitOr(), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Version.ToString(CultureInfo.InvariantCulture), RegistryVersionObject.From));
    }

    private static async Task<Ok<RegistryVersionObject>> GetVersionAsync(string name, int version, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryVersionObject.From(await models.GetVersionAsync(name, version, cancellationToken)));

    private static async Task<Ok<DeletedObject>> DeleteVersionAsync(string name, int version, ModelStore models, CancellationToken cancellationToken)
    {
        await models.DeleteVersionAsync(name, version, cancellationToken);
        return TypedResults.Ok(new DeletedObject(ModelAddress.OfVersion(name, version), "registry.version"));
    }

    private static async Task<Ok<ListPage<ArtifactFileObject>>> ListArtifactsAsync(string name, int version, ArtifactFiles files, CancellationToken cancellationToken)
    {
        var found = await files.ListAsync(name, version, cancellationToken);
        return TypedResults.Ok(ListPages.Whole([.. found.Select(file => new ArtifactFileObject(file.Name, file.Length))], file => file.Name));
    }

    private static async Task<PhysicalFileHttpResult> DownloadAsync(
        string name, int version, string file, HttpResponse response, ArtifactFiles files, CancellationToken cancellationToken)
    {
        var found = await files.GetAsync(name, version, file, cancellationToken);
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.PhysicalFile(found.FullName, "application/octet-stream", found.Name, enableRangeProcessing: true);
    }
}
