using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Jobs: claimed by queue, state, priority and age; listed by kind, newest first.</summary>
internal sealed class JobRowConfiguration : IEntityTypeConfiguration<JobRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        builder.HasKey(job => job.Id);
        builder.Property(job => job.Kind).HasConversion<string>();
        builder.Property(job => job.State).HasConversion<string>();
        builder.HasIndex(job => new { job.State, job.Queue, job.Priority, job.CreatedAt });
        builder.HasIndex(job => new { job.CreatedByKeyId, job.State, job.Queue });
        builder.HasIndex(job => new { job.Kind, job.CreatedAt, job.Id });
    }
}
