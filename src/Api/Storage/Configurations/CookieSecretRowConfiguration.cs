using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeedbackService.Api.Storage.Configurations;

/// <summary>Cookie secrets, by name.</summary>
internal sealed class CookieSecretRowConfiguration : IEntityTypeConfiguration<CookieSecretRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<CookieSecretRow> builder)
    {
        builder.HasKey(secret => secret.Name);
    }
}
