using System.Security.Cryptography;
using System.Text;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Security;

/// <summary>The admin key that configuration or environment gives, if any. Any text will do as long as it cannot be guessed.</summary>
internal sealed class ConfiguredKey
{
    /// <summary>What rows made with it say.</summary>
    public const string Id = "configured";

    private const int MinLength = 32;
    private const int MaxLength = 256;
    private readonly byte[]? _hash;

    private ConfiguredKey(string? key) => _hash = key is null ? null : Hash(key);

    /// <summary>Whether there is one.</summary>
    public bool IsSet => _hash is not null;

    /// <summary>SHA-256 of the key, lower-case hex; null when there is none.</summary>
    public string? Sha256 => _hash is null ? null : Convert.ToHexStringLower(_hash);

    /// <summary>Takes it from the settings.</summary>
    /// <exception cref="StartException">It is given twice, cannot be read, or can be guessed.</exception>
    public static ConfiguredKey From(ServiceOptions options)
    {
        var fromFile = options.AdminKeyFile is { Length: > 0 } path ? Read(path) : null;
        if (fromFile is not null && options.AdminKey is { Length: > 0 })
        {
            throw new StartException("--admin-key and --admin-key-file are both given. Leave one out.");
        }

        var key = fromFile ?? (options.AdminKey is { Length: > 0 } given ? given : null);
        return key is null || (key.Length is >= MinLength and <= MaxLength && key.All(letter => letter is > ' ' and <= '~'))
            ? new ConfiguredKey(key)
            : throw new StartException(
                $"The admin key must be {MinLength} to {MaxLength} visible ASCII characters without spaces. `openssl rand -hex 32` makes a good one.");
    }

    /// <summary>Whether that is the key; takes as long whether it is or not.</summary>
    public bool Matches(string sent) => _hash is not null && CryptographicOperations.FixedTimeEquals(_hash, Hash(sent));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Read(string path)
    {
        try
        {
            // Editors and `echo` end a file with a line feed that is no part of the key.
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The file of --admin-key-file cannot be read: {fault.Message}", fault);
        }
    }
}
