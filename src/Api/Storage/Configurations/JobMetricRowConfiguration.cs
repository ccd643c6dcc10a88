using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Series of trainings, read in order.</summary>
internal sealed class JobMetricRowConfiguration : IEntityTypeConfiguration<JobMetricRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<JobMetricRow> builder)
    {
        builder.HasKey(metric => metric.Sequence);
        builder.Property(metric => metric.Sequence).ValueGeneratedOnAdd();
        builder.HasIndex(metric => new { metric.JobId, metric.Sequence });
        builder.HasOne<JobRow>().WithMany().HasForeignKey(metric => metric.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
