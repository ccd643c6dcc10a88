using System.Globalization;
using System.Text;

namespace FeedbackService.ServingBenchmark;

/// <summary>What has been measured, as Markdown; shown as it comes, kept at the end.</summary>
internal sealed class Report
{
    private const string Title = "# Results";
    private readonly StringBuilder _text = new();
    private readonly List<Target> _targets = [];
    private readonly List<string> _faults = [];
    private bool _hasParts;

    /// <summary>Nothing was answered wrongly or lost.</summary>
    public bool IsSound => _faults.Count == 0;

    /// <summary>Begins with what was measured and on what.</summary>
    public Report(string heading, string facts) => Write($"## {heading}{Environment.NewLine}{Environment.NewLine}{facts}");

    /// <summary>Adds a part.</summary>
    public void Add(string title, string text)
    {
        _hasParts = true;
        Write($"### {title}{Environment.NewLine}{Environment.NewLine}{text.TrimEnd()}");
    }

    /// <summary>Adds a goal: at least so much.</summary>
    public void AtLeast(double wanted, double measured, string what) => _targets.Add(new Target(what, wanted, measured, Least: true));

    /// <summary>Adds a goal: at most so much.</summary>
    public void AtMost(double wanted, double measured, string what) => _targets.Add(new Target(what, wanted, measured, Least: false));

    /// <summary>Notes something that must not be, if it is.</summary>
    public void FaultIf(bool happened, string what)
    {
        if (happened)
        {
            _faults.Add(what);
        }
    }

    /// <summary>Ends with goals and faults, and puts all of it before what the file holds so far; nothing, if nothing was measured.</summary>
    public void Save(string path)
    {
        if (!_hasParts)
        {
            return;
        }

        if (_targets.Count > 0)
        {
            Write(string.Join(Environment.NewLine, new[] { "### Goals", "", "| goal | wanted | measured | met |", "|---|---|---|---|" }.Concat(_targets.Select(target => target.Row))));
        }

        foreach (var fault in _faults)
        {
            Write($"**Fault**: {fault}");
        }

        Write($"Load of the machine at the end: {MachineFacts.Load()}.");

        var older = File.Exists(path) ? File.ReadAllText(path).Replace(Title, "", StringComparison.Ordinal).Trim() : "";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, $"{Title}\n\n{(_text.ToString().Trim() + "\n\n" + older).Trim()}\n".ReplaceLineEndings("\n"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Kept in {path}."));
    }

    private void Write(string text)
    {
        Console.WriteLine(text);
        Console.WriteLine();
        _text.AppendLine(text).AppendLine();
    }
}
