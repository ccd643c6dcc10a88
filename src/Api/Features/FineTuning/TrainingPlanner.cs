using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Checks a request against presets, options, files and registry before anything is queued.</summary>
internal sealed class TrainingPlanner(UsableFiles files, TrainingBases bases, TrainingWarnings warnings, ReservedNames reserved, WorkerAbilities abilities)
{
    private const int DefaultSeed = 42;

    /// <summary>Plans the training.</summary>
    /// <exception cref="ServiceException">400, 404, 409 or 422 naming the field that is wrong.</exception>
    public async Task<PlannedTraining> PlanAsync(CreateFineTuningJobRequest request, string jobId, CancellationToken cancellationToken)
    {
        RequestRules.Check(request);
        var asked = MethodRules.Find(request);
        var labelled = asked.Method == TrainingMethods.Supervised;
        if (request.Suffix is not null)
        {
            ModelNames.Require(request.Suffix, reserved, "suffix");
        }

        var (training, report) = await files.RequireAsync(request.TrainingFile, "training_file", labelled ? DatasetUsability.ForTraining : DatasetUsability.ForPretraining, cancellationToken);
        var validation = request.ValidationFile is null
            ? null
            : (await files.RequireAsync(request.ValidationFile, "validation_file", labelled ? DatasetUsability.ForEvaluation : DatasetUsability.ForPretraining, cancellationToken)).File;

        var start = await bases.FindAsync(request.Model, request.Suffix, cancellationToken);
        RequireMethod(asked.Method, start);
        var facts = labelled
            ? new DataFacts(
                checked((int)report.ValidRows),
                report.Labels.Count,
                report.MultiLabel,
                request.ValidationFile is not null,
                report.Statistics.MeanCharacters,
                [.. report.Labels.Keys],
                report.RowsWithoutLabels + report.RowsWithSeveralLabels)
            : new DataFacts(checked((int)report.ValidRows), Classes: 0, HasValidationFile: request.ValidationFile is not null, MeanCharacters: report.Statistics.MeanCharacters);
        var options = Resolve(start, asked, facts);
        await abilities.RequireAsync(options, JobWishes.Of(request.Priority, request.Device).Device, asked.Path, cancellationToken);
        var spec = new TrainingSpec
        {
            Model = start.Address ?? start.Preset.Id,
            Preset = start.Address is null ? start.Preset.Id : null,
            BaseModel = start.Address,
            TrainingFile = request.TrainingFile,
            ValidationFile = request.ValidationFile,
            ResultName = ModelNames.ForResult(request.Suffix, labelled || start.Labels is null ? start.ModelName : ModelNames.OfEncoder(start.ModelName), start.Preset.Id, jobId),
            Suffix = request.Suffix,
            Seed = (int)(request.Seed ?? DefaultSeed),
            Method = OptionJson.NameOf(asked.Method),
            Hyperparameters = OptionJson.Write(options, start.Preset.Encoder, asked.Method),
        };
        var found = await warnings.FindAsync(training, validation, start, options, asked.Method, cancellationToken);
        return new PlannedTraining(spec, asked.Method, options, start.Preset.Encoder, facts, report.Statistics, found);
    }

    private static void RequireMethod(TrainingMethods method, TrainingBase start)
    {
        if (start.Preset.Methods.HasFlag(method))
        {
            return;
        }

        var able = PresetCatalog.All.Where(preset => preset.Methods.HasFlag(method)).Select(preset => preset.Id);
        throw ServiceException.Unusable(
            "method_not_supported",
            $"'{start.Address ?? start.Preset.Id}' cannot be trained by {OptionJson.NameOf(method)}: hidden tokens are guessed from both sides, which needs a transformer whose tokens see all others. "
            + $"Start from a preset that can ({string.Join(", ", able)}), or from a registered model with such an encoder.",
            "method.type");
    }

    private static TrainingOptions Resolve(TrainingBase start, AskedMethod asked, DataFacts facts)
    {
        try
        {
            return OptionCatalog.Resolve(start.Preset, OptionJson.Parse(asked.Options, start.Preset.Encoder, asked.Method, start.Preset.Fixed), facts, asked.Method);
        }
        catch (InvalidOptionsException error)
        {
            var fields = error.Errors.ToDictionary(field => $"{asked.Path}.{field.Key}", field => new[] { field.Value }, StringComparer.Ordinal);
            var unknown = error.Errors.Keys.FirstOrDefault(name => OptionCatalog.Find(name) is null);
            var code = unknown is null ? "invalid_hyperparameters" : "unknown_parameter";
            throw new ServiceException(400, code, error.Message, unknown is null ? fields.Keys.First() : $"{asked.Path}.{unknown}") { FieldErrors = fields };
        }
    }
}
