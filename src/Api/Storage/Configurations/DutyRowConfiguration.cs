using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Duties: each is held by one process at most.</summary>
internal sealed class DutyRowConfiguration : IEntityTypeConfiguration<DutyRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<DutyRow> builder)
    {
        builder.ToTable("Duties");
        builder.HasKey(duty => duty.Name);
    }
}
