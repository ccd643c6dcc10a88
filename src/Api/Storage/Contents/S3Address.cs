using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Where in a store the content lies.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all object keys begin with: empty, or ending with a slash.</param>
internal sealed record S3Address(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>Whether <c>--artifacts</c> means an S3 store and not a folder.</summary>
    public static bool IsOne(string artifacts) => artifacts.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>s3://BUCKET[/PREFIX]</c>.</summary>
    /// <exception cref="StartException">There is no bucket.</exception>
    public static S3Address Parse(string artifacts)
    {
        var parts = artifacts[Scheme.Length..].Split('/', 2);
        var prefix = parts.Length > 1 ? parts[1].Trim('/') : "";
        return parts[0].Length > 0
            ? new S3Address(parts[0], prefix.Length > 0 ? prefix + "/" : "")
            : throw new StartException($"--artifacts '{artifacts}' names no bucket. Write s3://BUCKET or s3://BUCKET/PREFIX.");
    }

    /// <inheritdoc/>
    public override string ToString() => Scheme + Bucket + (Prefix.Length > 0 ? "/" + Prefix.TrimEnd('/') : "");
}
