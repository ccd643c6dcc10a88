using System.Security.Cryptography;

namespace FeedbackService.Model.Checkpoints;

/// <summary>The hash by which files of artifacts and checkpoints are told apart.</summary>
public static class FileHash
{
    /// <summary>SHA-256 of a file, 64 lower-case hex digits.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Of(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
