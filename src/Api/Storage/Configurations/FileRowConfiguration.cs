using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Files: listed newest first, by purpose.</summary>
internal sealed class FileRowConfiguration : IEntityTypeConfiguration<FileRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<FileRow> builder)
    {
        builder.HasKey(file => file.Id);
        builder.HasIndex(file => new { file.CreatedAt, file.Id });
        builder.HasIndex(file => file.Sha256);
    }
}
