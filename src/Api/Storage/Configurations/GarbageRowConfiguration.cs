using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Marks by path: each thing on disk has one at most.</summary>
internal sealed class GarbageRowConfiguration : IEntityTypeConfiguration<GarbageRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<GarbageRow> builder) => builder.HasKey(mark => mark.Path);
}
