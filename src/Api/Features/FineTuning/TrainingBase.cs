using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>What a training starts from.</summary>
/// <param name="Preset">The preset, or the registered model as one.</param>
/// <param name="Address">Resolved address of the registered model; null for a preset.</param>
/// <param name="ModelName">Its name; null for a preset or a checkpoint.</param>
/// <param name="Labels">Its labels; null for a preset or an encoder alone.</param>
internal sealed record TrainingBase(Preset Preset, string? Address, string? ModelName, IReadOnlyList<string>? Labels = null);
