using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FeedbackService.Api.Security;

/// <summary>
/// Whether the service asks for keys. It asks for none as long as it listens on loopback addresses only and no key exists, neither
/// configured nor in the database. One address that others can reach closes it on every address, for what arrives on loopback may
/// come through a proxy or a tunnel.
/// </summary>
internal sealed class Openness(IServer server, IHostApplicationLifetime lifetime, ConfiguredKey configured, KeyRing ring)
{
    private const string ForwardedBy = "X-Forwarded-";
    private static readonly string[] Forwarding = ["Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"];
    private readonly Lazy<bool> _loopbackOnly = new(() => Addresses(server) is { Count: > 0 } addresses && addresses.All(IsLoopback));

    /// <summary>Whether every address the service listens on can be reached from this machine alone. False until it listens.</summary>
    // While addresses are being bound the list is short of those to come, and the first may be answering already.
    public bool IsLoopbackOnly => lifetime.ApplicationStarted.IsCancellationRequested && _loopbackOnly.Value;

    /// <summary>Whether requests need a key.</summary>
    public async ValueTask<bool> AsksForKeysAsync(CancellationToken cancellationToken) =>
        !IsLoopbackOnly || configured.IsSet || (await ring.KeysAsync(cancellationToken)).Count > 0;

    /// <summary>
    /// Whether a request was made on this machine for this machine: over loopback, under one of its names, and not passed on by a
    /// proxy that says so. The name keeps out pages whose own name was made to point here (DNS rebinding).
    /// A proxy that says nothing and asks under a name of this machine cannot be told from a program here; docs/operations.md says so.
    /// </summary>
    public static bool IsFromThisMachine(HttpContext context) =>
        context.Connection is { LocalIpAddress: { } local, RemoteIpAddress: { } remote } && IPAddress.IsLoopback(local) && IPAddress.IsLoopback(remote)
        && (!context.Request.Host.HasValue || IsLoopbackName(context.Request.Host.Host))
        && !Forwarding.Any(context.Request.Headers.ContainsKey)
        && !context.Request.Headers.Keys.Any(name => name.StartsWith(ForwardedBy, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an address as it is configured or bound can be reached from this machine alone.</summary>
    /// <param name="address">Such as <c>http://127.0.0.1:8080</c>.</param>
    public static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        // Kestrel takes every other name for "any address".
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IsLoopbackIp(host);
    }

    private static ICollection<string>? Addresses(IServer server) => server.Features.Get<IServerAddressesFeature>()?.Addresses;

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IsLoopbackIp(host);

    private static bool IsLoopbackIp(string host) => IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
}
