using System.Net.Sockets;
using FeedbackService.Api.FirstStart;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Inference;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Hosting;

/// <summary>Starts the service, says where it is, and waits until it is asked to stop.</summary>
internal static class ServiceRun
{
    /// <summary>Returns after a graceful stop.</summary>
    /// <exception cref="StartException">Something that a person can put right stands in the way.</exception>
    public static async Task RunServiceAsync(this WebApplication app, ServiceOptions options)
    {
        await using (app)
        {
            await StartAsync(app);
            await GreetAsync(app, options);
            await app.WaitForShutdownAsync();
        }
    }

    private static async Task GreetAsync(WebApplication app, ServiceOptions options)
    {
        var services = app.Services;
        if (services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses is not { Count: > 0 } addresses)
        {
            return;
        }

        var stopping = app.Lifetime.ApplicationStopping;
        var greeting = new Greeting(
            [.. addresses],
            await services.GetRequiredService<FirstUse>().TrainsSampleAsync(stopping),
            await services.GetRequiredService<Openness>().AsksForKeysAsync(stopping),
            options.AnswersRequests ? await services.GetRequiredService<FirstKey>().MakeIfNeededAsync(stopping) : null);
        // Who asks for a quiet log does not want to be greeted either. Written to the console, never to the log: the key must not be kept.
        if (options is { AnswersRequests: true, LogLevel: <= LogLevel.Information })
        {
            await Console.Out.WriteLineAsync(Banner.Text(greeting, options));
        }
        else if (greeting.FirstKey is not null)
        {
            await Console.Out.WriteLineAsync(Banner.FirstKey(greeting));
        }
    }

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception error)
        {
            if (error is IOException or SocketException)
            {
                // The server starts last: all the rest runs by now and must stop in order, or it complains about being torn down.
                await app.StopAsync();
            }

            if (Sentence(app, error) is { } sentence)
            {
                throw new StartException(sentence, error);
            }

            throw;
        }
    }

    private static string? Sentence(WebApplication app, Exception error) => error switch
    {
        DataFolderException or TorchNotLoadedException or DeviceNotAvailableException => error.Message,
        IOException { InnerException: AddressInUseException } =>
            $"Something else already listens on {Urls(app)}. Stop it, or choose another address with --urls.",
        SocketException or IOException or InvalidOperationException { InnerException: SocketException } =>
            $"Cannot listen on {Urls(app)}: {error.Message}",
        OptionsValidationException => $"Settings do not fit: {error.Message}",
        _ => null,
    };

    private static string Urls(WebApplication app) => app.Configuration[WebHostDefaults.ServerUrlsKey] ?? ServiceSettings.DefaultUrls;
}
