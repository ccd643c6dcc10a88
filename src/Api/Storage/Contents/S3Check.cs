using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Whether the store can be used, and whether it keeps writers from overwriting each other.</summary>
internal sealed partial class S3Check(S3Objects objects, S3Address address, S3Options options, ILogger<S3Check> logger)
{
    private const string Folder = "probes";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(5);

    /// <summary>The store, as it was named.</summary>
    public string Address => address.ToString();

    /// <summary>Writes, lists and deletes a small object.</summary>
    /// <returns>Whether a conditional upload over an object that is there is refused, as it should be.</returns>
    /// <exception cref="StartException">The store cannot be used.</exception>
    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            var key = $"{Folder}/{Guid.CreateVersion7():N}";
            await PutAsync(key, onlyNew: false, limit.Token);
            var refuses = await RefusesAsync(key, limit.Token);
            await foreach (var _ in objects.ListAsync(key, limit.Token))
            {
                // Only whether listing is allowed.
            }

            await objects.DeleteAsync([key], limit.Token);
            return refuses;
        }
        catch (ContentStoreException fault)
        {
            throw new StartException(Sentence(fault.InnerException), fault);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartException(Unreachable("it did not answer in time"), late);
        }
    }

    /// <summary>What is wrong with the store just now; null: nothing.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyLimit);
        try
        {
            await objects.FindAsync($"{Folder}/none", limit.Token);
            return null;
        }
        catch (Exception fault) when (fault is ContentStoreException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogFault(logger, fault, Address);
            return "The S3 store of artifacts and files does not answer. The log has the details.";
        }
    }

    // A store that does not know the header takes the object; one is known to have answered 304. Neither can be relied on.
    private async Task<bool> RefusesAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await PutAsync(key, onlyNew: true, cancellationToken) == S3PutResult.Exists;
        }
        catch (ContentStoreException odd) when (odd.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotModified or HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest })
        {
            return false;
        }
    }

    private async Task<S3PutResult> PutAsync(string key, bool onlyNew, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream([1]);
        return await objects.PutAsync(key, content, Convert.ToHexStringLower(SHA256.HashData(content.ToArray())), onlyNew, cancellationToken);
    }

    private string Sentence(Exception? fault) => fault switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => $"There is no bucket '{address.Bucket}' in {Place}. Create it, or name another with --artifacts.",
        AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently } => $"The bucket '{address.Bucket}' is in another region than {options.Region}. Set S3:Region.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refused =>
            $"{Place} refuses access to the bucket '{address.Bucket}' ({refused.ErrorCode}). Check S3:AccessKey and S3:SecretKey, and that they may read, write, list and delete there.",
        AmazonS3Exception { StatusCode: > 0 } other => $"{Place} cannot be used for '{Address}': {other.Message} ({other.ErrorCode}). Check S3:Endpoint, S3:Region and S3:PathStyle.",
        _ => Unreachable(fault?.Message ?? "it did not answer"),
    };

    private string Unreachable(string reason) =>
        $"{Place} for '{Address}' cannot be reached: {reason.TrimEnd('.')}. Check S3:Endpoint and the network; without S3:AccessKey, that the machine has credentials of its own.";

    private string Place => options.Endpoint is { } endpoint ? $"The S3 store at {endpoint}" : $"S3 in {options.Region}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "The S3 store {Address} does not answer")]
    private static partial void LogFault(ILogger logger, Exception fault, string address);
}
