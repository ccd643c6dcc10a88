using System.Globalization;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Routes of registered models, their versions and files.</summary>
internal static class RegistryEndpoints
{
    private const string ModelExample = """
        {"name":"support-tickets","description":"Customer mail by intent","tags":{"team":"support"},"latest_version":1,"aliases":{"production":1},"created_at":"2026-11-22T18:00:00+00:00","updated_at":"2026-11-22T18:00:00+00:00","object":"registry.model"}
        """;

    private const string VersionExample = """
        {"id":"support-tickets:1","name":"support-tickets","version":1,"kind":"classifier","description":null,"tags":{"validated":"2026-11-22"},"job_id":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd","manifest_sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","bytes":33554432,"metrics":{"accuracy":0.93},"lineage":{"job_id":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd","base_model":"mlp","datasets":[{"role":"training","file_id":"file-9x7c4v6b3n5za2wd8s1k2m0q","sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","rows":911}],"seed":42,"hyperparameters":{"n_epochs":8},"versions":{"feedback_service":"1.0.0","torch_sharp":"0.107.0","libtorch":"2.10.0"},"device":"cpu","threads":2},"created_at":"2026-11-22T18:00:00+00:00","object":"registry.version","status":"ready"}
        """;

    private const string ImportExample = """
        {"id":"import_4k6n3z0aw1sd5b8x2m1q7c9v","status":"queued","source":{"type":"huggingface","repo":"distilbert/distilbert-base-uncased","revision":"12040accade4e8a0f71eabdb258fecc2e7e948be"},"name":"distilbert","version":null,"progress":null,"created_at":"2026-11-22T18:00:00+00:00","finished_at":null,"error":null,"object":"registry.import"}
        """;

    private const string Artifact = """{"name":"config.json","bytes":1024,"object":"registry.artifact"}""";

    /// <summary>Maps <c>/v1/registry/models</c>.</summary>
    public static void MapRegistry(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/v1/registry/models").WithTags("Registry").NeedsScope(Scopes.ModelsRead);

        models.MapGet("/", ListAsync).WithName("ListRegistryModels").WithSummary("List registered models")
            .WithDescription("Newest first, each with its newest version and its aliases; tag[key]=value picks those with the tag.")
            .WithAnswerExample(List(ModelExample, "support-tickets")).WithParameterExample("limit", "20").Refuses(400);
        models.MapGet("/{name}", GetAsync).WithName("GetRegistryModel").WithSummary("Get a registered model")
            .WithDescription("With its newest version and its aliases.").WithAnswerExample(ModelExample).WithModel().Refuses(404);
        models.MapPatch("/{name}", PatchAsync).NeedsScope(Scopes.ModelsWrite).WithName("PatchRegistryModel").WithSummary("Describe a registered model")
            .WithDescription("Changes description and tags; what is absent stays, a tag of null goes.")
            .WithRequestExample("""{"description":"Customer mail by intent","tags":{"team":"support"}}""").WithAnswerExample(ModelExample).WithModel().Refuses(400, 404, 413, 415);
        models.MapDelete("/{name}", DeleteAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteRegistryModel").WithSummary("Delete a registered model")
            .WithDescription("With all its versions. Refused while an alias points at one, a job uses one or is making one; the answer names them. Numbers never come back.")
            .WithAnswerExample("""{"id":"support-tickets","object":"registry.model","deleted":true}""").WithModel().Refuses(404, 409);

        models.MapPost("/{name}/versions", (string name, HttpContext context, ImportVersion import, CancellationToken cancellationToken) => import.HandleAsync(name, context, cancellationToken))
            .DisableAntiforgery().NeedsScope(Scopes.ModelsWrite).WithName("ImportVersion").WithSummary("Import a Hugging Face checkpoint")
            .WithDescription("Checkpoints of bert, distilbert, roberta and gpt2, as files or from a hub by repository and commit. Of the files config.json, the weights (model.safetensors, or shards with model.safetensors.index.json) and those of the tokenizer are taken, others passed over. A sequence classifier classifies at once; an encoder is a base for jobs. The model is made if it is new. Files are answered with the version; a source with 202, and the version appears when it is verified.")
            .WithForm(new FormField("files", "Each file of the checkpoint with its name.", IsFile: true, IsMany: true, IsRequired: true))
            .Accepts<ImportVersionRequest>("application/json", "multipart/form-data")
            .WithRequestExample("""{"source":{"type":"huggingface","repo":"distilbert/distilbert-base-uncased","revision":"12040accade4e8a0f71eabdb258fecc2e7e948be"}}""")
            .WithAnswerExample(VersionExample, StatusCodes.Status201Created).WithAnswerExample(ImportExample, StatusCodes.Status202Accepted)
            .WithModel().Refuses(400, 404, 409, 413, 415, 422, 429, 507);
        models.MapGet("/{name}/versions", ListVersionsAsync).WithName("ListVersions").WithSummary("List the versions of a model")
            .WithDescription("Newest first, each with its evaluation and where it comes from; tag[key]=value picks those with the tag.")
            .WithAnswerExample(List(VersionExample, "1")).WithModel().WithParameterExample("limit", "20").Refuses(400, 404);
        models.MapGet("/{name}/versions/{version}", GetVersionAsync).WithName("GetVersion").WithSummary("Get a version")
            .WithDescription("Its evaluation and where it comes from.").WithAnswerExample(VersionExample).WithVersion().Refuses(400, 404);
        models.MapPatch("/{name}/versions/{version}", PatchVersionAsync).NeedsScope(Scopes.ModelsWrite).WithName("PatchVersion").WithSummary("Describe a version")
            .WithDescription("Changes description and tags; what is absent stays, a tag of null goes. Nothing else of a version ever changes.")
            .WithRequestExample("""{"tags":{"validated":"2026-11-22","draft":null}}""").WithAnswerExample(VersionExample).WithVersion().Refuses(400, 404, 413, 415);
        models.MapDelete("/{name}/versions/{version}", DeleteVersionAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteVersion").WithSummary("Delete a version")
            .WithDescription("Refused while an alias points at it, a job uses it, or its name means it (the newest of several, no alias production); the answer names them. Its number never comes back.")
            .WithAnswerExample("""{"id":"support-tickets:1","object":"registry.version","deleted":true}""").WithVersion().Refuses(400, 404, 409);

        models.MapGet("/{name}/versions/{version}/artifacts", ListArtifactsAsync).WithName("ListArtifacts").WithSummary("List the files of a version")
            .WithDescription("Format v1: configuration, weights, tokenizer and a manifest with the hash of each.")
            .WithAnswerExample(List(Artifact, "config.json")).WithVersion().Refuses(400, 404);
        models.MapPost("/{name}/versions/{version}/merge", (string name, int version, HttpContext context, MergeVersion merge, CancellationToken cancellationToken) => merge.HandleAsync(name, version, context, cancellationToken))
            .NeedsScope(Scopes.ModelsWrite).WithName("MergeVersion").WithSummary("Merge an adapter into its base")
            .WithDescription("Makes the next version of the model: complete, with the same answers, to go on from or to export. For lora and adalora; other adapters are networks of their own.")
            .WithAnswerExample(VersionExample, StatusCodes.Status201Created).WithVersion().Refuses(400, 404, 409, 422, 507);
        models.MapGet("/{name}/versions/{version}/huggingface", ListExportAsync).WithName("ListHuggingFaceFiles").WithSummary("List a version's files in Hugging Face layout")
            .WithDescription("What transformers needs to load the version: configuration, weights under the family's names, tokenizer, and a card with its figures. For plain transformers whose head is that of their family; feedback has no counterpart.")
            .WithAnswerExample(List(Artifact, "config.json")).WithVersion().Refuses(400, 404, 422);
        models.MapGet("/{name}/versions/{version}/huggingface/{file}", DownloadExportAsync).WithName("GetHuggingFaceFile").WithSummary("Download a file in Hugging Face layout")
            .WithDescription("Made when it is asked for. Ranges are answered.").Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .WithVersion().WithParameterExample("file", "config.json").Refuses(400, 404, 422, 507);
        models.MapGet("/{name}/versions/{version}/onnx/{file}", DownloadGraphAsync).WithName("GetOnnxGraph").WithSummary("Download a version as an ONNX graph")
            .WithDescription("model.onnx is the whole classifier with all its rounds; beginning.onnx, ending.onnx and feedback.onnx are its segments, to be run round by round. Operators of version 17, texts padded behind their ends, logits raw. Made when it is asked for.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream").WithVersion().WithParameterExample("file", "model.onnx").Refuses(400, 404, 422, 507);
        var imports = routes.MapGroup("/v1/registry/imports").WithTags("Registry").NeedsScope(Scopes.ModelsRead);
        imports.MapGet("/{id}", GetImportAsync).WithName("GetImport").WithSummary("Get an import from a hub")
            .WithDescription("How far it is and, once succeeded, the version that it made.").WithAnswerExample(ImportExample).WithParameterExample("id", "import_4k6n3z0aw1sd5b8x2m1q7c9v").Refuses(404);
        imports.MapPost("/{id}/cancel", CancelImportAsync).NeedsScope(Scopes.ModelsWrite).WithName("CancelImport").WithSummary("Cancel an import from a hub")
            .WithDescription("What was fetched by then is thrown away.").WithAnswerExample(ImportExample).WithParameterExample("id", "import_4k6n3z0aw1sd5b8x2m1q7c9v").Refuses(404, 409);
        models.MapGet("/{name}/versions/{version}/artifacts/{file}", DownloadAsync).WithName("GetArtifact").WithSummary("Download a file of a version")
            .WithDescription("Ranges are answered.").Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .WithVersion().WithParameterExample("file", "config.json").Refuses(400, 404);
    }

    private static string List(string item, string id) => $$"""{"object":"list","data":[{{item}}],"first_id":"{{id}}","last_id":"{{id}}","has_more":false}""";

    private static RouteHandlerBuilder WithModel(this RouteHandlerBuilder route) => route.WithParameterExample("name", "support-tickets");

    private static RouteHandlerBuilder WithVersion(this RouteHandlerBuilder route) => route.WithModel().WithParameterExample("version", "1");

    private static RegistryQuery Query(PageQuery page, OrderQuery order, HttpRequest request) =>
        new(page.LimitOr()) { Tags = BracketQuery.Pairs(request.Query, "tag"), OldestFirst = order.IsOldestFirst() };

    private static async Task<Ok<ListPage<RegistryModelObject>>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] OrderQuery order, HttpRequest request, ModelStore models, CancellationToken cancellationToken)
    {
        var found = await models.ListAsync(page.After, Query(page, order, request), cancellationToken);
        return TypedResults.Ok(found.ToList(model => model.Model.Name, RegistryModelObject.From));
    }

    private static async Task<Ok<RegistryModelObject>> GetAsync(string name, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryModelObject.From(await models.GetAsync(name, cancellationToken)));

    private static async Task<Ok<RegistryModelObject>> PatchAsync(string name, PatchModelRequest request, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryModelObject.From(await models.DescribeAsync(name, request.Description, request.Tags, cancellationToken)));

    private static async Task<Ok<DeletedObject>> DeleteAsync(string name, ModelStore models, ModelRoutes routes, CancellationToken cancellationToken)
    {
        await models.DeleteAsync(name, cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        return TypedResults.Ok(new DeletedObject(name, "registry.model"));
    }

    private static async Task<Ok<ListPage<RegistryVersionObject>>> ListVersionsAsync(
        string name, [AsParameters] PageQuery page, [AsParameters] OrderQuery order, HttpRequest request, ModelStore models, CancellationToken cancellationToken)
    {
        var after = page.After is null ? (int?)null : (int)Math.Min(page.AfterNumber(), int.MaxValue);
        var found = await models.ListVersionsAsync(name, after, Query(page, order, request), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Version.ToString(CultureInfo.InvariantCulture), RegistryVersionObject.From));
    }

    private static async Task<Ok<RegistryVersionObject>> GetVersionAsync(string name, int version, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryVersionObject.From(await models.GetVersionAsync(name, version, cancellationToken)));

    private static async Task<Ok<RegistryVersionObject>> PatchVersionAsync(
        string name, int version, PatchModelRequest request, ModelStore models, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryVersionObject.From(await models.DescribeVersionAsync(name, version, request.Description, request.Tags, cancellationToken)));

    private static async Task<Ok<DeletedObject>> DeleteVersionAsync(string name, int version, ModelStore models, ModelRoutes routes, CancellationToken cancellationToken)
    {
        await models.DeleteVersionAsync(name, version, cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        return TypedResults.Ok(new DeletedObject(ModelAddress.OfVersion(name, version), "registry.version"));
    }

    private static async Task<Ok<ListPage<ArtifactFileObject>>> ListArtifactsAsync(string name, int version, ArtifactFiles files, CancellationToken cancellationToken)
    {
        var found = await files.ListAsync(name, version, cancellationToken);
        return TypedResults.Ok(ListPages.Whole([.. found.Select(file => new ArtifactFileObject(file.Name, file.Length))], file => file.Name));
    }

    private static async Task<Ok<RegistryImportObject>> GetImportAsync(string id, JobStore jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryImportObject.From(await jobs.GetAsync(id, JobKind.Import, cancellationToken)));

    private static async Task<Ok<RegistryImportObject>> CancelImportAsync(string id, JobStore jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(RegistryImportObject.From(await jobs.RequestCancelAsync(id, JobKind.Import, cancellationToken)));

    private static async Task<Ok<ListPage<ArtifactFileObject>>> ListExportAsync(string name, int version, ExportedCheckpoints exports, CancellationToken cancellationToken)
    {
        var found = await exports.ListAsync(name, version, cancellationToken);
        return TypedResults.Ok(ListPages.Whole([.. found.Select(file => new ArtifactFileObject(file.Name, file.Bytes))], file => file.Name));
    }

    private static async Task<FileStreamHttpResult> DownloadExportAsync(
        string name, int version, string file, HttpResponse response, ExportedCheckpoints exports, CancellationToken cancellationToken)
    {
        var stream = await exports.OpenAsync(name, version, file, cancellationToken);
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.Stream(stream, "application/octet-stream", file, enableRangeProcessing: true);
    }

    private static async Task<FileStreamHttpResult> DownloadGraphAsync(
        string name, int version, string file, HttpResponse response, OnnxGraphs graphs, CancellationToken cancellationToken)
    {
        var stream = await graphs.OpenAsync(name, version, file, cancellationToken);
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.Stream(stream, "application/octet-stream", file, enableRangeProcessing: true);
    }

    private static async Task<PhysicalFileHttpResult> DownloadAsync(
        string name, int version, string file, HttpResponse response, ArtifactFiles files, CancellationToken cancellationToken)
    {
        var found = await files.GetAsync(name, version, file, cancellationToken);
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.PhysicalFile(found.FullName, "application/octet-stream", found.Name, enableRangeProcessing: true);
    }
}
