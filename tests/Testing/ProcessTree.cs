using System.Globalization;
using System.Runtime.InteropServices;

namespace FeedbackService.Testing;

/// <summary>A process and all that it has started, as the system lists them. Linux.</summary>
public static class ProcessTree
{
    private const int NoSuchProcess = 3;

    /// <summary>The process first, then its children and theirs.</summary>
    public static IReadOnlyList<int> Of(int process)
    {
        var children = Parents().ToLookup(pair => pair.Parent, pair => pair.Process);
        var found = new List<int> { process };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }
        return found;
    }

    /// <summary>Sends a signal to one process; one that has ended has no need of it.</summary>
    /// <exception cref="InvalidOperationException">The system refuses.</exception>
    public static void Send(int process, ProcessSignal signal)
    {
        if (Kill(process, (int)signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
        {
            throw new InvalidOperationException($"Process {process} cannot be sent {signal} (error {error}).");
        }
    }

    private static IEnumerable<(int Process, int Parent)> Parents()
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && Parent(entry) is { } parent)
            {
                yield return (process, parent);
            }
        }
    }

    private static int? Parent(string entry)
    {
        try
        {
            // The name comes second, in parentheses, and may hold anything; state and parent come after it.
            var stat = File.ReadAllText(Path.Combine(entry, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
