using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Turns, by queue and key.</summary>
internal sealed class QueueTurnRowConfiguration : IEntityTypeConfiguration<QueueTurnRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<QueueTurnRow> builder)
    {
        builder.HasKey(turn => new { turn.Queue, turn.KeyId });
    }
}
