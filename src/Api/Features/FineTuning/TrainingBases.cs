using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Finds what a training starts from: a preset or a registered model.</summary>
internal sealed class TrainingBases(ModelRegistry registry)
{
    /// <summary>Finds it.</summary>
    /// <param name="model">A preset's id or a model address.</param>
    /// <param name="suffix">A checkpoint has no name of its own to give to the result, so one is needed.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">404 when there is neither; 400 for a checkpoint without a suffix.</exception>
    public async Task<TrainingBase> FindAsync(string model, string? suffix, CancellationToken cancellationToken)
    {
        if (PresetCatalog.Find(model) is { } preset)
        {
            return new TrainingBase(preset, null, null);
        }

        var found = await ResolveAsync(model, cancellationToken);
        if (found.ModelName is null && suffix is null)
        {
            throw ServiceException.Invalid("missing_parameter", "A training from a checkpoint needs a 'suffix' to name its result.", "suffix");
        }

        var config = JsonFiles.Read<ClassifierConfig>(Path.Combine(found.Directory, "config.json"));
        var tokenizer = JsonFiles.Read<TokenizerConfig>(Path.Combine(found.Directory, TokenizerFiles.ConfigFile));
        return new TrainingBase(ModelShape.AsPreset(config, tokenizer), found.Address, found.ModelName, config.Labels.Count == 0 ? null : config.Labels);
    }

    // Who mistypes a preset is not helped by a list of models.
    private async Task<ResolvedModel> ResolveAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.ResolveAsync(model, cancellationToken);
        }
        catch (ServiceException missing) when (missing.Code == "model_not_found")
        {
            throw ServiceException.NotFound("model_not_found", $"{missing.Message} GET /v1/presets lists the presets, which a training can start from as well.", "model");
        }
    }
}
