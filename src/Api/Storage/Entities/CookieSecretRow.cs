namespace FeedbackService.Api.Storage.Entities;

/// <summary>What sign-in cookies are sealed with, where several processes must be able to open them.</summary>
public sealed class CookieSecretRow
{
    /// <summary>Name given by the data protection system.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its XML.</summary>
    public string Xml { get; set; } = "";

    /// <summary>UTC microseconds.</summary>
    public long CreatedAt { get; set; }
}
