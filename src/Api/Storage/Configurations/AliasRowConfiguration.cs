using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Aliases: a version an alias points at cannot be deleted.</summary>
internal sealed class AliasRowConfiguration : IEntityTypeConfiguration<AliasRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<AliasRow> builder)
    {
        builder.HasKey(alias => new { alias.ModelName, alias.Alias });
        builder.Property(alias => alias.Revision).IsConcurrencyToken();
        builder.HasOne<ModelVersionRow>().WithMany().HasForeignKey(alias => new { alias.ModelName, alias.Version })
            .OnDelete(DeleteBehavior.Restrict);
    }
}
