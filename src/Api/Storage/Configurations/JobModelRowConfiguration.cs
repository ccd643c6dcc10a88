using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Models that jobs read, asked for by model. Not bound to versions: those may go once the job has ended.</summary>
internal sealed class JobModelRowConfiguration : IEntityTypeConfiguration<JobModelRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<JobModelRow> builder)
    {
        builder.HasKey(use => new { use.JobId, use.Model });
        builder.HasIndex(use => use.Model);
        builder.HasOne<JobRow>().WithMany().HasForeignKey(use => use.JobId).OnDelete(DeleteBehavior.Cascade);
    }
}
