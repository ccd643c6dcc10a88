using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FeedbackService.Api.Security;

/// <summary>
/// A key as its holder keeps it: <c>fbs.ID.SECRET</c>. The first part makes leaked keys findable, the second finds the row, the
/// third are 256 random bits in base64url. Only the hash of the secret is kept by the service.
/// </summary>
internal readonly partial struct KeyText
{
    private const string IdPrefix = "key_";
    private const int SecretBytes = 32;
    private readonly string _secret;

    private KeyText(string id, string secret)
    {
        Id = id;
        _secret = secret;
    }

    /// <summary><c>key_…</c>.</summary>
    public string Id { get; }

    /// <summary>The whole key. To be shown once and never logged, which is why <see cref="ToString"/> is something else.</summary>
    public string Full => $"fbs.{Id[IdPrefix.Length..]}.{_secret}";

    /// <summary>SHA-256 of the secret, lower-case hex.</summary>
    public string SecretSha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_secret)));

    /// <summary>A new secret for a key.</summary>
    /// <param name="id"><c>key_…</c>.</param>
    public static KeyText New(string id) => new(id, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads a key as it was sent. Nothing is trimmed or repaired.</summary>
    public static bool TryParse(string text, out KeyText key)
    {
        var match = Form().Match(text);
        key = match.Success ? new(IdPrefix + match.Groups[1].Value, match.Groups[2].Value) : default;
        return match.Success;
    }

    /// <summary>Whether the secret is the one with that hash; takes as long whether it is or not.</summary>
    public bool Matches(string sha256) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretSha256), Encoding.ASCII.GetBytes(sha256));

    /// <summary>The id.</summary>
    public override string ToString() => Id;

    [GeneratedRegex("^fbs\\.([a-z0-9]{24})\\.([A-Za-z0-9_-]{43})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
