namespace FeedbackService.Faults.Tests;

/// <summary>
/// A clock that goes wrong for single processes, by libfaketime. The monotonic one stays true, as on a machine whose time is set.
/// </summary>
internal sealed class WrongClock
{
    // Of Debian's package libfaketime; other systems have it elsewhere.
    private static readonly string? Library = new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib" }
        .SelectMany(folder => new[] { Path.Combine(folder, "faketime", "libfaketimeMT.so.1"), Path.Combine(folder, "libfaketimeMT.so.1") }).FirstOrDefault(File.Exists);

    private readonly string _file;

    private WrongClock(string file) => _file = file;

    /// <summary>Why there is none here; null: there is.</summary>
    public static string? Missing => Library is null ? "libfaketime is not installed: apt-get install libfaketime." : null;

    /// <summary>A clock.</summary>
    /// <param name="folder">Where its file lies.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="by">How far it is off, such as <c>-10m</c>.</param>
    public static WrongClock Set(string folder, string name, string by)
    {
        var clock = new WrongClock(Path.Combine(folder, $"clock-{name}"));
        clock.By(by);
        return clock;
    }

    /// <summary>Lets it jump.</summary>
    /// <param name="by">How far it is off from now on.</param>
    public void By(string by)
    {
        // Renamed into place: the library reads it at any moment.
        File.WriteAllText(_file + ".new", by + "\n");
        File.Move(_file + ".new", _file, overwrite: true);
    }

    /// <summary>Variables of a process that goes by it.</summary>
    /// <param name="zone">Its time zone.</param>
    public Dictionary<string, string> Environment(string zone = "UTC") => new()
    {
        ["LD_PRELOAD"] = Library!,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_NO_CACHE"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        // Its own repair of waits on conditions makes those of .NET end at once.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        ["TZ"] = zone,
    };
}
