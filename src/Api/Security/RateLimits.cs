using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using FeedbackService.Api.Errors;
using FeedbackService.Api.OpenApi;
using Microsoft.AspNetCore.RateLimiting;

namespace FeedbackService.Api.Security;

/// <summary>Keeps one key from taking everything: token buckets for requests, a count of those at once for uploads. Nothing waits.</summary>
internal static class RateLimits
{
    private const int NetworkBytes = 8;

    // How long an upload takes nobody knows; long enough not to be asked for ever.
    private static readonly TimeSpan UploadWait = TimeSpan.FromSeconds(5);

    /// <summary>Sets the limiter up.</summary>
    public static void Configure(RateLimiterOptions limiter, RateLimitOptions limits)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => PartitionOf(context, limits));
        limiter.OnRejected = async (rejected, _) => await ProblemWriter.WriteAsync(rejected.HttpContext, Refusal(rejected.Lease));
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context, RateLimitOptions limits)
    {
        var caller = context.Caller();
        var endpoint = context.GetEndpoint();
        var rule = endpoint?.Metadata.GetMetadata<AccessRule>();
        if (caller == Caller.OfOpenService || AccessRules.LetsAnyoneLook(context))
        {
            return RateLimitPartition.GetNoLimiter("open");
        }

        return caller.KeyId is not { } key ? Bucket($"address {NetworkOf(context.Connection.RemoteIpAddress)}", limits.AnonymousPerSecond)
            // Uploads are the routes that read a form themselves.
            : endpoint?.Metadata.GetMetadata<FormField>() is not null ? Slots($"uploads {key}", limits.Uploads)
            : rule?.Scope == Scopes.Predict ? Bucket($"predict {key}", limits.PredictPerSecond)
            : Bucket($"other {key}", limits.OtherPerSecond);
    }

    /// <summary>
    /// Whom an address stands for: itself, or its first 64 bits in IPv6, because that is what one customer is given (RFC 6177) and
    /// may send from any address of. IPv4 in IPv6's clothes, as a socket for both sees it, is IPv4.
    /// </summary>
    /// <param name="address">Of the connection; null for a Unix socket.</param>
    internal static IPAddress? NetworkOf(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }

    private static RateLimitPartition<string> Bucket(string partition, int perSecond) => perSecond == 0
        ? RateLimitPartition.GetNoLimiter(partition)
        : RateLimitPartition.GetTokenBucketLimiter(partition, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 2,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });

    private static RateLimitPartition<string> Slots(string partition, int atOnce) => atOnce == 0
        ? RateLimitPartition.GetNoLimiter(partition)
        : RateLimitPartition.GetConcurrencyLimiter(partition, _ => new ConcurrencyLimiterOptions { PermitLimit = atOnce, QueueLimit = 0 });

    private static Problem Refusal(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
        ? new(429, "rate_limited", "Too many requests in a short time. Go on after the time in Retry-After, more slowly.", RetryAfter: wait)
        : new(429, "too_many_uploads", "Too many uploads at once. Send one after the other.", RetryAfter: UploadWait);
}
