using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>API keys: found by id, listed newest first.</summary>
internal sealed class KeyRowConfiguration : IEntityTypeConfiguration<KeyRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<KeyRow> builder)
    {
        builder.ToTable("Keys");
        builder.HasKey(key => key.Id);
        builder.HasIndex(key => new { key.CreatedAt, key.Id });
    }
}
