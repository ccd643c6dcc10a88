using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Objects of one bucket below one prefix. Every object carries its SHA-256, and every one that is read is held to it.</summary>
internal sealed class S3Objects(IAmazonS3 client, S3Address address)
{
    private const string HashHeader = "sha256";
    private const long MostBytes = 5L * 1024 * 1024 * 1024; // of one PUT, in S3

    /// <summary>Size and hash of an object; null when it is not there.</summary>
    public Task<S3Object?> FindAsync(string key, CancellationToken cancellationToken) => AskAsync(
        key,
        async () =>
        {
            try
            {
                var found = await client.GetObjectMetadataAsync(address.Bucket, address.Prefix + key, cancellationToken);
                return new S3Object(found.ContentLength, found.Metadata[HashHeader]);
            }
            catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
        },
        cancellationToken);

    /// <summary>Uploads an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">The bytes, from the beginning; read twice.</param>
    /// <param name="sha256">Their hash.</param>
    /// <param name="onlyNew">Asks the store to refuse when there is one already. Not every store listens.</param>
    /// <param name="cancellationToken">Stops the upload.</param>
    public Task<S3PutResult> PutAsync(string key, Stream content, string sha256, bool onlyNew, CancellationToken cancellationToken)
    {
        if (content.Length > MostBytes)
        {
            throw new ServiceException(413, "too_large_for_store", $"'{key}' has {content.Length} bytes; an S3 store takes at most {MostBytes} at once. Keep artifacts in a folder (--artifacts DIR), or make the model smaller.");
        }

        var request = new PutObjectRequest
        {
            BucketName = address.Bucket,
            Key = address.Prefix + key,
            InputStream = content,
            AutoCloseStream = false,
            // One signature over all bytes, which the store checks, instead of one per chunk, which not every store can read.
            UseChunkEncoding = false,
            IfNoneMatch = onlyNew ? "*" : null,
        };
        request.Metadata[HashHeader] = sha256;
        return AskAsync(
            key,
            async () =>
            {
                try
                {
                    await client.PutObjectAsync(request, cancellationToken);
                    return S3PutResult.Stored;
                }
                catch (AmazonS3Exception refused) when (onlyNew && refused.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    return S3PutResult.Exists;
                }
                catch (AmazonS3Exception refused) when (onlyNew && refused.StatusCode == HttpStatusCode.Conflict)
                {
                    return S3PutResult.Busy;
                }
            },
            cancellationToken);
    }

    /// <summary>Downloads an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="path">File to make.</param>
    /// <param name="cancellationToken">Stops the download.</param>
    /// <returns>Its hash; null when it is not there.</returns>
    /// <exception cref="DamagedContentException">The bytes are not those that were uploaded.</exception>
    public Task<string?> GetAsync(string key, string path, CancellationToken cancellationToken) => AskAsync(
        key,
        async () =>
        {
            try
            {
                using var found = await client.GetObjectAsync(address.Bucket, address.Prefix + key, cancellationToken);
                await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
                var (bytes, sha256) = await CopyAsync(key, found.ResponseStream, file, cancellationToken);
                return bytes == found.ContentLength && sha256 == found.Metadata[HashHeader]
                    ? sha256
                    : throw new DamagedContentException($"The object '{key}' has {bytes} bytes with the hash {sha256}, not {found.ContentLength} bytes with {found.Metadata[HashHeader] ?? "any"}.");
            }
            catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
        },
        cancellationToken);

    /// <summary>Keys and sizes of all objects whose keys begin so, in order.</summary>
    public async IAsyncEnumerable<StoredContent> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = address.Bucket, Prefix = address.Prefix + prefix };
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync(prefix, () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var found in page.S3Objects)
            {
                yield return new StoredContent(found.Key[address.Prefix.Length..], found.Size);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated && request.ContinuationToken is not null);
    }

    /// <summary>Deletes objects, if they are there.</summary>
    public async Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        const int mostAtOnce = 1000;
        foreach (var chunk in keys.Chunk(mostAtOnce))
        {
            var request = new DeleteObjectsRequest { BucketName = address.Bucket, Quiet = true, Objects = [.. chunk.Select(key => new KeyVersion { Key = address.Prefix + key })] };
            await AskAsync(chunk[0], () => client.DeleteObjectsAsync(request, cancellationToken), cancellationToken);
        }
    }

    private static async Task<(long Bytes, string Sha256)> CopyAsync(string key, Stream source, FileStream target, CancellationToken cancellationToken)
    {
        try
        {
            return await CopyAsync(source, target, cancellationToken);
        }
        catch (AmazonClientException differs)
        {
            // What the SDK says at the end of a stream whose MD5 is not that of the upload; broken connections are told otherwise.
            throw new DamagedContentException($"The object '{key}' has other bytes than were uploaded: {differs.Message}");
        }
    }

    private static async Task<(long Bytes, string Sha256)> CopyAsync(Stream source, FileStream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long bytes = 0;
        while (await ReadAsync(source, buffer, cancellationToken) is var count and > 0)
        {
            hash.AppendData(buffer, 0, count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            bytes += count;
        }

        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    // Broken off in the middle: as the local file's faults are IOExceptions too, this one is told apart here.
    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException broken)
        {
            throw new ContentStoreException($"The S3 store broke off: {broken.Message}", broken);
        }
    }

    // One exception for everything that can be wrong with the store, so that callers need not know whose client this is.
    private static async Task<T> AskAsync<T>(string key, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (fault is AmazonServiceException or AmazonClientException or HttpRequestException or HttpIOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ContentStoreException($"The S3 store refused or did not answer about '{key}': {fault.Message}", fault);
        }
    }
}
