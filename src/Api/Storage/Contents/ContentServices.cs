using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using FeedbackService.Api.Hosting;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Registers the store of artifacts and files.</summary>
internal static class ContentServices
{
    /// <summary>Adds <see cref="IContentStore"/>: what <see cref="ServiceOptions.Artifacts"/> names, else the data folder. Tried when the host starts.</summary>
    public static IServiceCollection AddContents(this IServiceCollection services)
    {
        services.AddOptions<S3Options>();
        services.AddOptions<StorageOptions>();
        services.AddSingleton<ContentCache>();
        services.AddSingleton(provider =>
            provider.GetRequiredService<IOptions<ServiceOptions>>().Value.Artifacts is not { } artifacts ? new FolderContentStore(provider.GetRequiredService<DataFolder>().Root)
            : S3Address.IsOne(artifacts) ? OpenS3(provider, S3Address.Parse(artifacts))
            : new FolderContentStore(artifacts));
        services.AddHostedService<ContentStart>();
        return services;
    }

    /// <summary>Reads the sections <c>S3</c> and <c>Storage</c>.</summary>
    public static IServiceCollection AddContentSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<S3Options>().Bind(configuration.GetSection(S3Options.Section));
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    /// <summary>A client as the options describe it.</summary>
    /// <exception cref="StartException">The endpoint is no address, or there is a key without a secret.</exception>
    internal static AmazonS3Client OpenClient(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            RetryMode = RequestRetryMode.Standard,
            // Every object carries a SHA-256 of ours; the checksums the SDK adds of itself travel in a form that other stores cannot read.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            ForcePathStyle = options.PathStyle ?? options.Endpoint is not null,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? endpoint
                : throw new StartException($"S3:Endpoint '{endpoint}' is no address such as https://s3.example.org.");
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return (options.AccessKey, options.SecretKey) switch
        {
            (null, null) => new AmazonS3Client(config),
            ({ } key, { } secret) => new AmazonS3Client(new BasicAWSCredentials(key, secret), config),
            _ => throw new StartException("S3:AccessKey and S3:SecretKey go together. Give both, or neither for the credentials of the machine."),
        };
    }

    private static IContentStore OpenS3(IServiceProvider provider, S3Address address)
    {
        var options = provider.GetRequiredService<IOptions<S3Options>>().Value;
        var objects = new S3Objects(OpenClient(options), address);
        var check = new S3Check(objects, address, options, provider.GetRequiredService<ILogger<S3Check>>());
        return ActivatorUtilities.CreateInstance<S3ContentStore>(provider, objects, check);
    }
}
