using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>History of aliases. It outlives alias and model: no foreign key.</summary>
internal sealed class AliasMoveRowConfiguration : IEntityTypeConfiguration<AliasMoveRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<AliasMoveRow> builder)
    {
        builder.HasKey(move => move.Sequence);
        builder.Property(move => move.Sequence).ValueGeneratedOnAdd();
        builder.HasIndex(move => new { move.ModelName, move.Alias, move.Sequence });
    }
}
