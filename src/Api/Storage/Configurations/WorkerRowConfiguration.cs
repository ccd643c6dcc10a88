using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Workers, by name.</summary>
internal sealed class WorkerRowConfiguration : IEntityTypeConfiguration<WorkerRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<WorkerRow> builder)
    {
        builder.HasKey(worker => worker.Id);
        builder.HasIndex(worker => worker.HeartbeatAt);
    }
}
