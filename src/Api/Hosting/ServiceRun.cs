using FeedbackService.Api.Storage;
using FeedbackService.Model.Inference;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FeedbackService.Api.Hosting;

/// <summary>Starts the service, says where it is, and waits until it is asked to stop.</summary>
internal static class ServiceRun
{
    /// <summary>Returns after a graceful stop.</summary>
    /// <exception cref="StartException">The addresses cannot be listened on.</exception>
    public static async Task RunServiceAsync(this WebApplication app, ServiceOptions options)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (Exception error) when (error is DataFolderException or TorchNotLoadedException or DeviceNotAvailableException)
            {
                throw new StartException(error.Message, error);
            }
            catch (IOException error) when (error.InnerException is AddressInUseException)
            {
                throw new StartException($"Something else already listens on {Urls(app)}. Stop it, or choose another address with --urls.", error);
            }
            catch (Exception error) when (error is System.Net.Sockets.SocketException or IOException or InvalidOperationException { InnerException: System.Net.Sockets.SocketException })
            {
                throw new StartException($"Cannot listen on {Urls(app)}: {error.Message}", error);
            }

            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
            // Who asks for a quiet log does not want to be greeted either.
            if (addresses is { Count: > 0 } && options is { Role: not ServiceRole.Worker, LogLevel: <= LogLevel.Information })
            {
                await Console.Out.WriteLineAsync(Banner.Text([.. addresses], options));
            }

            await app.WaitForShutdownAsync();
        }
    }

    private static string Urls(WebApplication app) => app.Configuration[WebHostDefaults.ServerUrlsKey] ?? ServiceSettings.DefaultUrls;
}
