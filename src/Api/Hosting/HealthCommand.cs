using System.Collections;
using System.Net;

namespace FeedbackService.Api.Hosting;

/// <summary>
/// <c>health</c>: asks a running service on this machine whether it can work, and says so by the exit code. For health checks of
/// containers, whose images have neither shell nor curl.
/// </summary>
internal static class HealthCommand
{
    private const string Name = "health";

    // Well within what a container's health check waits, so that the sentence gets into its log.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the process was started for this.</summary>
    public static bool IsMeantBy(IReadOnlyList<string> args) => args is [Name, ..];

    /// <summary>Asks the service that the same settings would start: <c>--urls</c>, the environment, or the default address.</summary>
    /// <param name="args">Of the process, the command first.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="output">Gets the service's own words.</param>
    /// <returns>0 if it can work, 1 if it says that it cannot.</returns>
    /// <exception cref="StartException">An option cannot be read, or nobody answers.</exception>
    public static async Task<int> RunAsync(string[] args, IDictionary environment, TextWriter output)
    {
        var settings = CommandLine.Parse(args[1..], environment).Settings;
        var address = AddressToAsk(settings.GetValueOrDefault(WebHostDefaults.ServerUrlsKey) ?? ServiceSettings.DefaultUrls);
        // A container's http_proxy is for the world outside.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri(address, "/health/ready"));
            await output.WriteLineAsync(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (HttpRequestException error)
        {
            throw new StartException($"No service answers on {address}: {error.Message}", error);
        }
        catch (OperationCanceledException error)
        {
            throw new StartException($"The service on {address} has not answered within {Patience.TotalSeconds:0} seconds.", error);
        }
    }

    /// <summary>Where to ask a service that listens on these addresses.</summary>
    /// <param name="urls">As <c>--urls</c> takes them; the first with http counts, because a certificate is seldom made out for loopback.</param>
    /// <exception cref="StartException">None is http.</exception>
    internal static Uri AddressToAsk(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!url.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
            {
                var listening = HostingSetup.ReadUrl(url);
                return new UriBuilder(Uri.UriSchemeHttp, Reachable(listening.Host), listening.Port).Uri;
            }
        }

        throw new StartException($"'{urls}' has no http address to ask on. Name one: {Name} --urls {ServiceSettings.DefaultUrls}");
    }

    // Kestrel takes "*", "+" and every name but localhost for "any address".
    private static string Reachable(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any))
            ? host
            : IPAddress.Loopback.ToString();
}
