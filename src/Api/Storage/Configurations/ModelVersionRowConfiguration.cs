using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Versions: the unique job makes publication happen at most once.</summary>
internal sealed class ModelVersionRowConfiguration : IEntityTypeConfiguration<ModelVersionRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ModelVersionRow> builder)
    {
        builder.HasKey(version => new { version.ModelName, version.Version });
        builder.HasIndex(version => version.JobId).IsUnique();
        builder.HasIndex(version => version.ManifestSha256);
        builder.HasIndex(version => version.BaseManifestSha256);
        builder.Property(version => version.TagsJson).HasDefaultValue("{}");
        builder.HasOne<ModelRow>().WithMany().HasForeignKey(version => version.ModelName).OnDelete(DeleteBehavior.Cascade);
    }
}
