using System.Xml.Linq;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>What sign-in cookies are sealed with, in the database: a cookie that one process has given is opened by all.</summary>
internal sealed class SharedCookieSecrets(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return [.. db.CookieSecrets.AsNoTracking().OrderBy(secret => secret.CreatedAt).Select(secret => secret.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = contexts.CreateDbContext();
        db.CookieSecrets.Add(new CookieSecretRow
        {
            Name = friendlyName,
            Xml = element.ToString(SaveOptions.DisableFormatting),
            CreatedAt = clock.NowMicroseconds(),
        });
        db.SaveChanges();
    }
}
