using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Revisions: every topic is there from the start, so that there is a row to lock.</summary>
internal sealed class RevisionRowConfiguration : IEntityTypeConfiguration<RevisionRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<RevisionRow> builder)
    {
        builder.HasKey(row => row.Topic);
        builder.HasData(Enum.GetValues<WriteTopic>().Select(topic => new RevisionRow { Topic = topic.Name() }));
    }
}
