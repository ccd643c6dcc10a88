using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Deleted models by name.</summary>
internal sealed class RetiredModelRowConfiguration : IEntityTypeConfiguration<RetiredModelRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<RetiredModelRow> builder) => builder.HasKey(model => model.Name);
}
