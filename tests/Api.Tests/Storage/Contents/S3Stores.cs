using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>Stores over S3 as the service opens them, each below a prefix of its own.</summary>
internal static class S3Stores
{
    public static S3Options OptionsOf(Uri endpoint) => new() { Endpoint = endpoint.ToString().TrimEnd('/'), AccessKey = S3Server.Key, SecretKey = S3Server.Key };

    public static string NewPrefix() => Guid.NewGuid().ToString("N") + "/";

    public static S3Objects Objects(Uri endpoint, string prefix) => new(ContentServices.OpenClient(OptionsOf(endpoint)), new S3Address(S3Server.Bucket, prefix));

    public static S3ContentStore Open(Uri endpoint, string prefix, DataFolder folder, TimeProvider? clock = null, long cacheBytes = long.MaxValue)
    {
        var time = clock ?? TimeProvider.System;
        var cache = new ContentCache(folder, time, Options.Create(new StorageOptions { CacheBytes = cacheBytes }));
        return new S3ContentStore(Objects(endpoint, prefix), Check(OptionsOf(endpoint), new S3Address(S3Server.Bucket, prefix)), cache, time, NullLogger<S3ContentStore>.Instance);
    }

    public static S3Check Check(S3Options options, S3Address address) =>
        new(new S3Objects(ContentServices.OpenClient(options), address), address, options, NullLogger<S3Check>.Instance);

    /// <summary>Makes a host keep its artifacts and files there.</summary>
    public static void Use(IServiceCollection services, Uri endpoint, string prefix, string dataFolder)
    {
        services.AddSingleton(Options.Create(new ServiceOptions { DataDir = dataFolder, Device = "cpu", Artifacts = $"s3://{S3Server.Bucket}/{prefix}" }));
        services.AddSingleton(Options.Create(OptionsOf(endpoint)));
    }
}
