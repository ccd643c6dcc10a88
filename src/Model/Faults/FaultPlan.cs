using System.Globalization;

namespace FeedbackService.Model.Faults;

/// <summary>What is to happen at which fault points, and how often the process has got to each.</summary>
public sealed class FaultPlan
{
    private readonly Dictionary<string, List<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly string? _marks;

    private FaultPlan(string? marks) => _marks = marks;

    /// <summary>Reads the text of <c>FAULT</c>.</summary>
    /// <param name="text">Null or empty for nothing.</param>
    /// <param name="marks">Existing folder of the files that say an entry has happened; null: it happens in every process.</param>
    /// <exception cref="FormatException">It is not <c>name:n[:action]</c> with a known name and n from 1.</exception>
    public static FaultPlan Parse(string? text, string? marks)
    {
        var plan = new FaultPlan(marks);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split(':');
            var action = FaultAction.Kill;
            if (words.Length is not (2 or 3)
                || !FaultPoints.All.Contains(words[0])
                || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count == 0
                || (words.Length == 3 && !(Enum.TryParse(words[2], ignoreCase: true, out action) && Enum.IsDefined(action))))
            {
                throw new FormatException($"FAULT: '{part}' is not name:n[:kill|stop|throw|exit] with the name of a fault point.");
            }
            if (!plan._entries.TryGetValue(words[0], out var entries))
            {
                plan._entries[words[0]] = entries = [];
            }
            entries.Add(new Entry(count, action));
        }
        return plan;
    }

    /// <summary>Counts that the process has got to a point.</summary>
    /// <returns>What it shall do there; null: nothing.</returns>
    public FaultAction? Reach(string name)
    {
        if (!_entries.TryGetValue(name, out var entries))
        {
            return null;
        }
        foreach (var entry in entries)
        {
            if (Interlocked.Increment(ref entry.Reached) == entry.Count && TakeMark(name, entry))
            {
                return entry.Action;
            }
        }
        return null;
    }

    private bool TakeMark(string name, Entry entry)
    {
        if (_marks is null)
        {
            return true;
        }
        try
        {
            new FileStream(Path.Combine(_marks, string.Create(CultureInfo.InvariantCulture, $"{name}.{entry.Count}")), FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException)
        {
            // Another process was here first.
            return false;
        }
    }

    private sealed class Entry(int count, FaultAction action)
    {
        public int Reached;

        public int Count => count;

        public FaultAction Action => action;
    }
}
