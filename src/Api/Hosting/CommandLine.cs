using System.Collections;
using System.Text;

namespace FeedbackService.Api.Hosting;

/// <summary>What the command line and the environment ask of a process.</summary>
/// <param name="Settings">Configuration keys and values; the command line wins over the environment.</param>
/// <param name="WantsHelp">Print the help and end.</param>
/// <param name="WantsVersion">Print the version and end.</param>
public sealed record CommandLine(IReadOnlyDictionary<string, string?> Settings, bool WantsHelp, bool WantsVersion)
{
    // The host's own settings, which test hosts and containers pass.
    private static readonly string[] HostKeys = ["environment", "contentRoot", "applicationName"];

    /// <summary>Reads them.</summary>
    /// <param name="args">Of the process: <c>--name value</c>, <c>--name=value</c> or <c>--Section:Key=value</c>.</param>
    /// <param name="environment">Environment variables.</param>
    /// <exception cref="StartException">An option is unknown or lacks its value.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args, IDictionary environment)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(environment);
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in ServiceSettings.All)
        {
            if (environment[setting.Variable] is string { Length: > 0 } value)
            {
                settings[setting.Key] = Plain(setting, value);
            }
        }

        var help = false;
        var version = false;
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h" or "-?")
            {
                help = true;
                continue;
            }

            if (args[i] == "--version")
            {
                version = true;
                continue;
            }

            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new StartException($"'{args[i]}' is not an option. --help lists the options.");
            }

            var (name, value) = Split(args[i][2..]);
            var setting = ServiceSettings.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            var key = setting?.Key ?? (name.Contains(':', StringComparison.Ordinal) || HostKeys.Contains(name, StringComparer.OrdinalIgnoreCase) ? name : null);
            if (key is null)
            {
                throw new StartException($"There is no option --{name}.{Suggest(name)} --help lists the options.");
            }

            if (value is null && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = args[++i];
            }

            if (string.IsNullOrEmpty(value) && setting is not { IsSwitch: true })
            {
                throw new StartException($"--{name} needs a value{(setting is null ? string.Empty : ": " + setting.Value)}.");
            }

            settings[key] = setting is null ? value : Plain(setting, value ?? "on");
        }

        return new CommandLine(settings, help, version);
    }

    /// <summary>The text of <c>--help</c>.</summary>
    public static string Help()
    {
        var text = new StringBuilder()
            .AppendLine("FeedbackService: fine-tunes text classifiers and serves them over REST.")
            .AppendLine()
            .AppendLine("Options (each also as an environment variable, such as FEEDBACKSERVICE_DATA_DIR):");
        var width = ServiceSettings.All.Max(setting => setting.Name.Length + setting.Value.Length) + 6;
        foreach (var setting in ServiceSettings.All)
        {
            text.Append("  ").Append($"--{setting.Name} {setting.Value}".PadRight(width)).AppendLine(setting.Help);
        }

        return text.Append("  ").Append("--help, --version".PadRight(width)).AppendLine("Print this, or the version, and end")
            .AppendLine()
            .AppendLine("Commands in place of options:")
            .Append("  ").Append("health [--urls URL]".PadRight(width)).AppendLine("Ask the service there whether it can work: exit code 0, or 1 and why not")
            .Append("  ").Append("keys create|list|revoke".PadRight(width)).AppendLine("Keys of a data folder, also beside a running service; keys --help says how")
            .ToString();
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var at = argument.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (argument, null) : (argument[..at], argument[(at + 1)..]);
    }

    private static string Plain(ServiceSetting setting, string value) => !setting.IsSwitch ? value : value.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" => "true",
        "off" or "false" or "no" or "0" => "false",
        _ => throw new StartException($"--{setting.Name} must be on or off, not '{value}'."),
    };

    private static string Suggest(string name)
    {
        if (name.Equals("port", StringComparison.OrdinalIgnoreCase))
        {
            return " Did you mean --urls http://127.0.0.1:PORT?";
        }

        var close = ServiceSettings.All.FirstOrDefault(known =>
            known.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            || known.Name.Replace("-", string.Empty, StringComparison.Ordinal).Equals(name.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        return close is null ? string.Empty : $" Did you mean --{close.Name}?";
    }
}
