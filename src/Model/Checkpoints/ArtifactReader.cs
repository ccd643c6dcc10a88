using System.Security.Cryptography;
using System.Text.Json;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Opens artifact folders and holds them to their manifest.</summary>
public static class ArtifactReader
{
    /// <summary>Opens a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="verification">How closely to look. Default sizes.</param>
    /// <param name="manifestSha256">Hash the manifest must have (lower-case hex), from the registry; null to take it as it is.</param>
    /// <exception cref="InvalidArtifactException">The format is unknown, or a file is missing, too many, or not as listed; the file is named.</exception>
    public static ModelArtifact Open(
        string directory, ArtifactVerification verification = ArtifactVerification.Sizes, string? manifestSha256 = null)
    {
        var bytes = ReadManifest(directory);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (manifestSha256 is not null && manifestSha256 != hash)
        {
            throw Broken($"its SHA-256 is {hash}, expected was {manifestSha256}.");
        }

        var manifest = Parse(bytes);
        Check(manifest);
        CheckFiles(directory, manifest, verification);
        return new ModelArtifact(directory, manifest, hash);
    }

    private static byte[] ReadManifest(string directory)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, ArtifactFiles.Manifest));
            return !file.Exists ? throw Broken("it is missing.")
                : file.Length > JsonFiles.MaxBytes ? throw Broken($"it has {file.Length} bytes; at most {JsonFiles.MaxBytes} are read.")
                : File.ReadAllBytes(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidArtifactException(ArtifactFiles.Manifest, "it cannot be read.", exception);
        }
    }

    private static ArtifactManifest Parse(byte[] bytes)
    {
        try
        {
            // The version first: a later one may have members that this one would call unknown.
            using (var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = JsonFiles.Options.MaxDepth }))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("format_version", out var version))
                {
                    throw Broken("it has no format_version.");
                }

                if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number)
                    || number != ArtifactManifest.CurrentFormatVersion)
                {
                    throw Broken($"format_version is {version}; this program reads {ArtifactManifest.CurrentFormatVersion}.");
                }
            }

            return JsonSerializer.Deserialize<ArtifactManifest>(bytes, JsonFiles.Options) ?? throw Broken("it says null.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new InvalidArtifactException(ArtifactFiles.Manifest, exception.Message, exception);
        }
    }

    private static void Check(ArtifactManifest manifest)
    {
        if (manifest.Files.Count > ArtifactFiles.MaxCount)
        {
            throw Broken($"it lists {manifest.Files.Count} files; at most {ArtifactFiles.MaxCount} are allowed.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (file is null || !ArtifactFiles.IsName(file.Name) || !names.Add(file.Name))
            {
                throw Broken($"it lists the name '{file?.Name}', which is not allowed or comes twice.");
            }

            if (file.Size < 0 || file.Sha256 is not { Length: 64 } || !file.Sha256.All(char.IsAsciiHexDigitLower))
            {
                throw Broken($"size or sha256 of {file.Name} is not valid.");
            }
        }

        var missing = ArtifactFiles.Required.FirstOrDefault(name => !names.Contains(name));
        if (missing is not null)
        {
            throw Broken($"it does not list {missing}.");
        }

        if ((manifest.Kind == ArtifactKind.Adapter) != (manifest.Base is not null))
        {
            throw Broken("an adapter has a base, and nothing else has.");
        }
    }

    private static void CheckFiles(string directory, ArtifactManifest manifest, ArtifactVerification verification)
    {
        var listed = manifest.Files.Select(file => file.Name).Append(ArtifactFiles.Manifest).ToHashSet(StringComparer.Ordinal);
        var extra = Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).FirstOrDefault(name => !listed.Contains(name));
        if (extra is not null)
        {
            throw new InvalidArtifactException(extra, "the manifest does not list it.");
        }

        foreach (var file in manifest.Files)
        {
            var info = new FileInfo(Path.Combine(directory, file.Name));
            if (!info.Exists)
            {
                throw new InvalidArtifactException(file.Name, "it is missing.");
            }

            if (info.LinkTarget is not null)
            {
                throw new InvalidArtifactException(file.Name, "it is a symbolic link.");
            }

            if (info.Length != file.Size)
            {
                throw new InvalidArtifactException(file.Name, $"it has {info.Length} bytes, the manifest says {file.Size}.");
            }

            if (verification == ArtifactVerification.Hashes && FileHash.Of(info.FullName) != file.Sha256)
            {
                throw new InvalidArtifactException(file.Name, "its SHA-256 is not the one of the manifest.");
            }
        }
    }

    private static InvalidArtifactException Broken(string reason) => new(ArtifactFiles.Manifest, reason);
}
