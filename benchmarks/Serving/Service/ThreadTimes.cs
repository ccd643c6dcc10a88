using System.Globalization;

namespace FeedbackService.ServingBenchmark.Service;

/// <summary>CPU time of the threads of a process, as Linux keeps it for each.</summary>
/// <param name="Ticks">By thread: its name, and its time in the unit of the kernel.</param>
internal sealed record ThreadTimes(IReadOnlyDictionary<int, (string Name, long Ticks)> Ticks)
{
    // USER_HZ, which is 100 on all architectures that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int UserTime = 11;

    /// <summary>No thread; where there is no /proc, all that there is.</summary>
    public static ThreadTimes None { get; } = new(new Dictionary<int, (string, long)>());

    /// <summary>Reads them.</summary>
    public static ThreadTimes Read(int process)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        if (!Directory.Exists(folder))
        {
            return None;
        }

        var times = new Dictionary<int, (string, long)>();
        foreach (var thread in Directory.EnumerateDirectories(folder))
        {
            try
            {
                // "id (name) state …": the name may hold anything, the rest are numbers.
                var stat = File.ReadAllText(Path.Combine(thread, "stat"));
                var (from, to) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')'));
                var fields = stat[(to + 2)..].Split(' ');
                var ticks = long.Parse(fields[UserTime], CultureInfo.InvariantCulture) + long.Parse(fields[UserTime + 1], CultureInfo.InvariantCulture);
                times[int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture)] = (stat[(from + 1)..to], ticks);
            }
            catch (IOException)
            {
                // It has ended since it was listed.
            }
        }

        return new ThreadTimes(times);
    }

    /// <summary>Seconds spent since, by name; what threads spent that have ended meanwhile is not known.</summary>
    public IReadOnlyDictionary<string, double> Since(ThreadTimes before) => Ticks
        .GroupBy(thread => thread.Value.Name, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => group.Sum(thread => thread.Value.Ticks - (before.Ticks.TryGetValue(thread.Key, out var earlier) ? earlier.Ticks : 0)) / TicksPerSecond,
            StringComparer.Ordinal);
}
