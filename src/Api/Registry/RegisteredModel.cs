using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Registry;

/// <summary>A registered model with what its lists show.</summary>
/// <param name="Model">The row.</param>
/// <param name="LatestVersion">Newest version; null when all were deleted.</param>
/// <param name="Aliases">Its aliases, by name.</param>
internal sealed record RegisteredModel(ModelRow Model, ModelVersionRow? LatestVersion, IReadOnlyList<AliasRow> Aliases);
