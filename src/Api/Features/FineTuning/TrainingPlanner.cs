using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Checks a request against presets, options, files and registry before anything is queued.</summary>
internal sealed class TrainingPlanner(UsableFiles files, TrainingBases bases, TrainingWarnings warnings, ReservedNames reserved)
{
    private const int DefaultSeed = 42;

    /// <summary>Plans the training.</summary>
    /// <exception cref="ServiceException">400, 404, 409 or 422 naming the field that is wrong.</exception>
    public async Task<PlannedTraining> PlanAsync(CreateFineTuningJobRequest request, string jobId, CancellationToken cancellationToken)
    {
        RequestRules.Check(request);
        var (asked, path) = MethodRules.Hyperparameters(request);
        if (request.Suffix is not null)
        {
            ModelNames.Require(request.Suffix, reserved, "suffix");
        }

        var (training, report) = await files.RequireAsync(request.TrainingFile, "training_file", DatasetUsability.ForTraining, cancellationToken);
        var validation = request.ValidationFile is null
            ? null
            : (await files.RequireAsync(request.ValidationFile, "validation_file", DatasetUsability.ForEvaluation, cancellationToken)).File;

        var start = await bases.FindAsync(request.Model, request.Suffix, cancellationToken);
        var facts = new DataFacts(
            checked((int)report.ValidRows),
            report.Labels.Count,
            report.MultiLabel,
            request.ValidationFile is not null,
            report.Statistics.MeanCharacters,
            [.. report.Labels.Keys],
            report.RowsWithoutLabels + report.RowsWithSeveralLabels);
        var options = Resolve(start, asked, path, facts);
        var spec = new TrainingSpec
        {
            Model = start.Address ?? start.Preset.Id,
            Preset = start.Address is null ? start.Preset.Id : null,
            BaseModel = start.Address,
            TrainingFile = request.TrainingFile,
            ValidationFile = request.ValidationFile,
            ResultName = ModelNames.ForResult(request.Suffix, start.ModelName, start.Preset.Id, jobId),
            Suffix = request.Suffix,
            Seed = (int)(request.Seed ?? DefaultSeed),
            Hyperparameters = OptionJson.Write(options, start.Preset.Encoder),
        };
        return new PlannedTraining(spec, options, start.Preset.Encoder, facts, report.Statistics, await warnings.FindAsync(training, validation, start, options, cancellationToken));
    }

    private static TrainingOptions Resolve(TrainingBase start, JsonElement asked, string path, DataFacts facts)
    {
        try
        {
            return OptionCatalog.Resolve(start.Preset, OptionJson.Parse(asked, start.Preset.Encoder), facts);
        }
        catch (InvalidOptionsException error)
        {
            var fields = error.Errors.ToDictionary(field => $"{path}.{field.Key}", field => new[] { field.Value }, StringComparer.Ordinal);
            var unknown = error.Errors.Keys.FirstOrDefault(name => OptionCatalog.Find(name) is null);
            var code = unknown is null ? "invalid_hyperparameters" : "unknown_parameter";
            throw new ServiceException(400, code, error.Message, unknown is null ? fields.Keys.First() : $"{path}.{unknown}") { FieldErrors = fields };
        }
    }
}
