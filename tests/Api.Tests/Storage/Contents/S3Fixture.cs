using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>One store for a class of tests, as it is and behind the proxy that makes it refuse to overwrite.</summary>
public sealed class S3Fixture : IAsyncLifetime
{
    public S3Server Server { get; private set; } = null!;

    public ConditionalProxy Proxy { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await S3Server.StartAsync(CancellationToken.None);
        Proxy = await ConditionalProxy.StartAsync(Server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Server.DisposeAsync();
    }
}
