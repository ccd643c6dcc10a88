using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Registered models by name.</summary>
internal sealed class ModelRowConfiguration : IEntityTypeConfiguration<ModelRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ModelRow> builder)
    {
        builder.HasKey(model => model.Name);
        builder.HasIndex(model => new { model.CreatedAt, model.Name });
    }
}
