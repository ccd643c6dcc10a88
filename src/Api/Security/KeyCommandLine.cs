using System.Globalization;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Security;

/// <summary>What was written after <c>keys</c>.</summary>
internal sealed class KeyCommandLine
{
    private static readonly string[] Verbs = ["create", "list", "revoke"];
    private const int MaxCount = 100_000;
    private readonly List<string> _settings = [];
    private string? _expires;

    /// <summary>create, list or revoke; null: the usage is wanted.</summary>
    public string? Verb { get; private init; }

    /// <summary>The key to revoke.</summary>
    public string? Id { get; private set; }

    /// <summary>What the new key is for.</summary>
    public string? Name { get; private set; }

    /// <summary>What the new key may do.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The other options, which are those of the service.</summary>
    public IReadOnlyList<string> Settings => _settings;

    /// <summary>Reads it.</summary>
    /// <exception cref="StartException">Something is missing or unknown.</exception>
    public static KeyCommandLine Parse(IEnumerable<string> args)
    {
        var words = args.SelectMany(SplitAtEquals).ToList();
        if (words is [] or ["--help" or "-h" or "-?"] || words.Contains("--help"))
        {
            return new KeyCommandLine();
        }

        if (!Verbs.Contains(words[0]))
        {
            throw new StartException($"'keys {words[0]}' is not a command. There are: keys {string.Join(", keys ", Verbs)}.");
        }

        var line = new KeyCommandLine { Verb = words[0] };
        for (var i = 1; i < words.Count; i++)
        {
            var hasValue = i + 1 < words.Count;
            switch (words[i])
            {
                case "--name" when hasValue:
                    line.Name = words[++i];
                    break;
                case "--scopes" when hasValue:
                    line.Scopes = words[++i].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                    break;
                case "--expires" when hasValue:
                    line._expires = words[++i];
                    break;
                case "--name" or "--scopes" or "--expires":
                    throw new StartException($"{words[i]} needs a value.");
                case ['-', '-', ..]:
                    line._settings.Add(words[i]);
                    if (hasValue && !words[i + 1].StartsWith("--", StringComparison.Ordinal))
                    {
                        line._settings.Add(words[++i]);
                    }

                    break;
                default:
                    line.Id = line.Verb == "revoke" && line.Id is null ? words[i] : throw new StartException($"'{words[i]}' is not an option. `keys --help` lists the options.");
                    break;
            }
        }

        return line switch
        {
            { Verb: "create", Name: null } or { Verb: "create", Scopes: [] } => throw new StartException("keys create needs --name and --scopes."),
            { Verb: "revoke", Id: null } => throw new StartException("keys revoke needs the id of a key. `keys list` shows them."),
            _ => line,
        };
    }

    /// <summary>When the new key ends; null: never.</summary>
    /// <param name="now">The present.</param>
    /// <exception cref="StartException">It cannot be read.</exception>
    public DateTimeOffset? ExpiryAfter(DateTimeOffset now)
    {
        if (_expires is null)
        {
            return null;
        }

        if (_expires is [.. var number, 'd' or 'h'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxCount)
        {
            return now + (_expires[^1] == 'd' ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count));
        }

        return DateTimeOffset.TryParse(_expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new StartException($"--expires must be such as 90d, 12h or 2027-01-31, not '{_expires}'.");
    }

    private static IEnumerable<string> SplitAtEquals(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? [word[..at], word[(at + 1)..]] : [word];
}
