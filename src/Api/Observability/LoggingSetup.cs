using System.Globalization;
using FeedbackService.Api.Hosting;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace FeedbackService.Api.Observability;

/// <summary>Logging through Serilog: console, and a file if asked. Ids only, no texts of users.</summary>
internal static class LoggingSetup
{
    private const string Template = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";
    private const int KeptDays = 14;

    /// <summary>Adds it. Levels can be set in the configuration's section <c>Serilog</c>.</summary>
    public static void AddLogging(this WebApplicationBuilder builder, ServiceOptions options)
    {
        // Not the process-wide logger of Serilog: two hosts in one process must not share it.
        builder.Services.AddSerilog(
            logger =>
            {
                logger.MinimumLevel.Is(LevelOf(options.LogLevel))
                    .MinimumLevel.Override("Microsoft", Quieter(options.LogLevel))
                    .MinimumLevel.Override("System", Quieter(options.LogLevel))
                    .MinimumLevel.Override("Hangfire", Quieter(options.LogLevel))
                    // What seals cookies lies unencrypted in a folder of its owner alone, as everything else in the data folder.
                    .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
                    // The start failure is told in a sentence; the request edge logs failures itself.
                    .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                    .ReadFrom.Configuration(builder.Configuration)
                    .Enrich.FromLogContext();
                WriteTo(logger, options);
            },
            preserveStaticLogger: true);
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };

    private static LogEventLevel Quieter(LogLevel level) => LevelOf(level) < LogEventLevel.Warning ? LogEventLevel.Warning : LevelOf(level);

    private static void WriteTo(LoggerConfiguration logger, ServiceOptions options)
    {
        if (options.LogFormat == LogFormat.Json)
        {
            logger.WriteTo.Console(new CompactJsonFormatter());
        }
        else
        {
            logger.WriteTo.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture);
        }

        if (options.LogFile is not { Length: > 0 } file)
        {
            return;
        }

        if (options.LogFormat == LogFormat.Json)
        {
            logger.WriteTo.File(new CompactJsonFormatter(), file, rollingInterval: RollingInterval.Day, retainedFileCountLimit: KeptDays);
        }
        else
        {
            logger.WriteTo.File(file, outputTemplate: "{Timestamp:yyyy-MM-dd }" + Template, formatProvider: CultureInfo.InvariantCulture, rollingInterval: RollingInterval.Day, retainedFileCountLimit: KeptDays);
        }
    }
}
