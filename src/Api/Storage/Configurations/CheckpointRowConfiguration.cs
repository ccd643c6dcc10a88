using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Checkpoints: one per job and step, so that a repeated step replaces nothing.</summary>
internal sealed class CheckpointRowConfiguration : IEntityTypeConfiguration<CheckpointRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<CheckpointRow> builder)
    {
        builder.HasKey(checkpoint => checkpoint.Id);
        builder.HasIndex(checkpoint => new { checkpoint.JobId, checkpoint.Step }).IsUnique();
        builder.HasOne<JobRow>().WithMany().HasForeignKey(checkpoint => checkpoint.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
