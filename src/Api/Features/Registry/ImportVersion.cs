using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Http;
using FeedbackService.Api.Imports;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Features.Registry;

/// <summary>POST /v1/registry/models/{name}/versions: takes the files of a checkpoint and answers with the version, or queues their fetching from a hub.</summary>
internal sealed partial class ImportVersion(
    ReservedNames reserved, FileContents contents, CheckpointImporter importer, VersionImport versions, JobStore jobs, IOptions<ServiceOptions> options)
{
    /// <summary>Handles the request.</summary>
    /// <exception cref="ServiceException">400, 409, 413 or 422: what is wrong and what to do.</exception>
    public async Task<Results<Created<RegistryVersionObject>, Accepted<RegistryImportObject>>> HandleAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        ModelNames.Require(name, reserved, "name");
        if (MultipartForm.IsOne(context.Request))
        {
            var row = await UploadAsync(name, context, cancellationToken);
            return TypedResults.Created($"/v1/registry/models/{row.ModelName}/versions/{row.Version}", RegistryVersionObject.From(row));
        }

        var body = await context.Request.ReadFromJsonAsync<ImportVersionRequest>(ApiJson.Options, cancellationToken)
            ?? throw ServiceException.Invalid("missing_parameter", "The body says null; it needs a 'source'.", "source");
        var job = await QueueAsync(name, Given(body.Source, "source"), context, cancellationToken);
        return TypedResults.Accepted($"/v1/registry/imports/{job.Id}", RegistryImportObject.From(job));
    }

    private async Task<ModelVersionRow> UploadAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        using var checkpoint = await CheckpointUpload.ReadAsync(context.Request, contents.NewTemporaryPath(), options.Value.MaxUploadBytes, cancellationToken);
        var claim = Claim(name, context, checkpoint);
        var artifact = await importer.ImportAsync(checkpoint, new ArtifactOrigin("upload", []), cancellationToken);
        return await versions.AddAsync(name, artifact, claim, cancellationToken);
    }

    private async Task<JobRow> QueueAsync(string name, ImportSource source, HttpContext context, CancellationToken cancellationToken)
    {
        if (Given(source.Type, "source.type") != "huggingface")
        {
            throw ServiceException.Invalid("invalid_value", "'source.type' must be huggingface.", "source.type");
        }

        if (!Repository().IsMatch(Given(source.Repo, "source.repo")) || source.Repo.Contains("..", StringComparison.Ordinal))
        {
            throw ServiceException.Invalid("invalid_value", "'source.repo' must be a repository such as owner/name, of letters, digits, '.', '_' and '-'.", "source.repo");
        }

        if (!Commit().IsMatch(Given(source.Revision, "source.revision")))
        {
            throw ServiceException.Invalid("invalid_value", "'source.revision' must be a commit, 40 hex digits in lower case: what a branch or tag means can change.", "source.revision");
        }

        return await jobs.CreateAsync(
            new NewJob(Ids.NewImport(), JobKind.Import, new ImportSpec(name, source.Repo, source.Revision).ToJson())
            {
                ModelName = name,
                Idempotency = IdempotencyHeader.Claim(context, new { name, source }),
            },
            cancellationToken);
    }

    // The serializer lets null through where a value is needed.
    private static T Given<T>(T? value, string param)
        where T : class => value ?? throw ServiceException.Invalid("missing_parameter", $"'{param}' is null; it needs a value.", param);

    private static IdempotencyClaim? Claim(string name, HttpContext context, StagedCheckpoint checkpoint)
    {
        var files = checkpoint.Files.OrderBy(file => file.Name, StringComparer.Ordinal).SelectMany(file => new[] { file.Name, file.Sha256 });
        return IdempotencyHeader.Claim(context, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(files.Prepend(name))));
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();
}
