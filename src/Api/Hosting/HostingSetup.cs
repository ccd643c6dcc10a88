using System.ComponentModel.DataAnnotations;
using FeedbackService.Api.Storage;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Hosting;

/// <summary>The process itself: configuration, server limits, clock, data folder.</summary>
internal static class HostingSetup
{
    /// <summary>Largest request body of routes that set no limit of their own.</summary>
    internal const long DefaultBodyBytes = 1024 * 1024;

    private static readonly TimeSpan ShutdownDeadline = TimeSpan.FromSeconds(30);

    /// <summary>A builder with the settings of <paramref name="command"/> on top of files and environment.</summary>
    /// <exception cref="StartException">A setting is missing or out of range; all of them at once.</exception>
    public static WebApplicationBuilder CreateBuilder(CommandLine command)
    {
        // Settings come from beside the program, not from whatever folder it was started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = command.Settings.GetValueOrDefault("environment"),
        });
        builder.Configuration.AddInMemoryCollection(command.Settings);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            builder.Configuration[WebHostDefaults.ServerUrlsKey] = ServiceSettings.DefaultUrls;
        }

        return builder;
    }

    /// <summary>Adds options, limits, clock and data folder.</summary>
    public static ServiceOptions AddHosting(this WebApplicationBuilder builder)
    {
        var options = Read(builder.Configuration);
        CheckUrls(builder.Configuration[WebHostDefaults.ServerUrlsKey]!);
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(OpenDataFolder(options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownDeadline);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = DefaultBodyBytes;
            server.Limits.MaxConcurrentConnections = 10_000;
        });
        return options;
    }

    private static ServiceOptions Read(IConfiguration configuration)
    {
        var options = new ServiceOptions();
        try
        {
            configuration.GetSection(ServiceOptions.Section).Bind(options);
        }
        catch (InvalidOperationException error)
        {
            throw new StartException($"A setting cannot be read: {error.Message} --help lists the settings and their values.", error);
        }

        var failures = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true))
        {
            throw new StartException(string.Join(" ", failures.Select(failure => failure.ErrorMessage)));
        }

        if (options.TorchNative is { } folder && !Directory.Exists(folder))
        {
            throw new StartException($"--torch-native names '{folder}', which is not a folder.");
        }

        return options;
    }

    private static void CheckUrls(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                BindingAddress.Parse(url);
            }
            catch (FormatException error)
            {
                throw new StartException($"--urls: '{url}' is not an address such as {ServiceSettings.DefaultUrls}.", error);
            }
        }
    }

    private static DataFolder OpenDataFolder(ServiceOptions options)
    {
        try
        {
            return new DataFolder(options.DataDir);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StartException($"The data folder '{options.DataDir}' cannot be used: {error.Message} Choose another with --data-dir.", error);
        }
    }
}
