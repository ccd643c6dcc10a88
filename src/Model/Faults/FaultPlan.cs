using System.Globalization;

namespace FeedbackService.Model.Faults;

/// <summary>What is to happen at which fault points, and how often the process has got to each.</summary>
public sealed class FaultPlan
{
    private readonly Dictionary<string, Point> _points = new(StringComparer.Ordinal);
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
            if (!plan._points.TryGetValue(words[0], out var point))
            {
                plan._points[words[0]] = point = new Point();
            }
            point.Actions[count] = action;
        }
        return plan;
    }

    /// <summary>Counts that the process has got to a point.</summary>
    /// <returns>What it shall do there; null: nothing.</returns>
    public FaultAction? Reach(string name)
    {
        if (!_points.TryGetValue(name, out var point))
        {
            return null;
        }
        var count = Interlocked.Increment(ref point.Reached);
        return point.Actions.TryGetValue(count, out var action) && TakeMark(name, count) ? action : null;
    }

    private bool TakeMark(string name, int count)
    {
        if (_marks is null)
        {
            return true;
        }
        try
        {
            new FileStream(Path.Combine(_marks, string.Create(CultureInfo.InvariantCulture, $"{name}.{count}")), FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException)
        {
            // Another process was here first.
            return false;
        }
    }

    private sealed class Point
    {
        public int Reached;

        public Dictionary<int, FaultAction> Actions { get; } = [];
    }
}
