using System.ComponentModel.DataAnnotations;
using FeedbackService.Model.Inference;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Hosting;

/// <summary>The process itself: configuration, server limits, clock.</summary>
internal static class HostingSetup
{
    /// <summary>Largest request body of routes that set no limit of their own.</summary>
    internal const long DefaultBodyBytes = 1024 * 1024;

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

    /// <summary>The settings alone, for commands that start no service.</summary>
    /// <exception cref="StartException">A setting is missing or out of range; all of them at once.</exception>
    public static ServiceOptions ReadOptions(CommandLine command) => Read(CreateBuilder(command).Configuration);

    /// <summary>Adds options, limits and clock.</summary>
    public static ServiceOptions AddHosting(this WebApplicationBuilder builder)
    {
        var options = Read(builder.Configuration);
        UseTorch(options.TorchNative);
        CheckUrls(builder.Configuration[WebHostDefaults.ServerUrlsKey]!);
        if (options.GrpcPort is { } port)
        {
            builder.AddGrpcAddress(port);
        }

        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = DefaultBodyBytes;
            server.Limits.MaxConcurrentConnections = 10_000;
        });
        return options;
    }

    // Without TLS there is no negotiation: a port speaks HTTP/1.1 or HTTP/2, so gRPC has one of its own.
    private static void AddGrpcAddress(this WebApplicationBuilder builder, int port)
    {
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey]!;
        var first = BindingAddress.Parse(urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0]);
        builder.Configuration[WebHostDefaults.ServerUrlsKey] = $"{urls};http://{(first.IsUnixPipe ? "127.0.0.1" : first.Host)}:{port}";
        builder.WebHost.ConfigureKestrel(server => server.ConfigureEndpointDefaults(listen =>
        {
            if (listen.IPEndPoint?.Port == port)
            {
                listen.Protocols = HttpProtocols.Http2;
            }
        }));
    }

    // The binder names the configuration key; people know the option.
    private static string Unreadable(IConfiguration configuration, InvalidOperationException error) =>
        ServiceSettings.All.FirstOrDefault(known => error.Message.Contains($"'{known.Key}'", StringComparison.Ordinal)) is { } setting
            ? $"--{setting.Name} cannot be '{configuration[setting.Key]}'. --{setting.Name} {setting.Value}: {setting.Help}."
            : $"A setting cannot be read: {error.Message} --help lists the settings and their values.";

    private static ServiceOptions Read(IConfiguration configuration)
    {
        var options = new ServiceOptions();
        try
        {
            configuration.GetSection(ServiceOptions.Section).Bind(options);
        }
        catch (InvalidOperationException error)
        {
            throw new StartException(Unreadable(configuration, error), error);
        }

        var failures = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true))
        {
            throw new StartException(string.Join(" ", failures.Select(failure => failure.ErrorMessage)));
        }

        ReadDatabaseFile(options);
        return options;
    }

    private static void ReadDatabaseFile(ServiceOptions options)
    {
        if (options.DatabaseFile is not { } file)
        {
            return;
        }
        if (options.Database is not null)
        {
            throw new StartException("--database and --database-file are both given; one says where the database is.");
        }
        try
        {
            options.Database = File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"--database-file '{file}' cannot be read: {error.Message}", error);
        }
    }

    private static void UseTorch(string? folder)
    {
        try
        {
            if (folder is not null)
            {
                TorchRuntime.UseNativeDirectory(folder);
            }
        }
        catch (TorchNotLoadedException error)
        {
            throw new StartException(error.Message, error);
        }
    }

    private static void CheckUrls(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            ReadUrl(url);
        }
    }

    /// <summary>One address of <c>--urls</c>.</summary>
    /// <exception cref="StartException">It is none.</exception>
    internal static BindingAddress ReadUrl(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new StartException($"--urls: '{url}' is not an address such as {ServiceSettings.DefaultUrls}.", error);
        }
    }
}
