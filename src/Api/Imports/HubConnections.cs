using System.Net;
using System.Net.Sockets;

namespace FeedbackService.Api.Imports;

/// <summary>
/// Connects to the hub and to where it redirects. The hub, and a proxy before it, are the operator's choice; every other host must have a public address, and the address that was
/// looked at is the one that is connected to.
/// </summary>
internal static class HubConnections
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A client that follows no redirect by itself.</summary>
    /// <param name="hub">The hub.</param>
    public static HttpMessageInvoker Create(Uri hub) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = true,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(hub, context.DnsEndPoint, cancellationToken),
    });

    private static bool IsSame(string host, string? other) => string.Equals(host, other, StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<Stream> ConnectAsync(Uri hub, DnsEndPoint target, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var chosen = IsSame(target.Host, hub.IdnHost) || IsSame(target.Host, HttpClient.DefaultProxy.GetProxy(hub)?.IdnHost);
        var allowed = chosen ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
        {
            throw new HubException("hub_redirect_refused", $"The hub redirects to '{target.Host}', which has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
