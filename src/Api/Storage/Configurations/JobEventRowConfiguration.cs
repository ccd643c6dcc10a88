using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Events of jobs, numbered over all jobs in the order of their commits.</summary>
internal sealed class JobEventRowConfiguration : IEntityTypeConfiguration<JobEventRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<JobEventRow> builder)
    {
        builder.HasKey(jobEvent => jobEvent.Sequence);
        builder.Property(jobEvent => jobEvent.Sequence).ValueGeneratedOnAdd();
        builder.Property(jobEvent => jobEvent.Id).IsRequired();
        builder.HasIndex(jobEvent => jobEvent.Id).IsUnique();
        builder.HasIndex(jobEvent => new { jobEvent.JobId, jobEvent.Sequence });
        builder.HasOne<JobRow>().WithMany().HasForeignKey(jobEvent => jobEvent.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
