using System.Diagnostics;
using System.Globalization;

namespace FeedbackService.Testing;

/// <summary>Ends services that a test has started and no longer can, because its own process was killed.</summary>
internal static class ProcessKeeper
{
    // Its input ends with this process. A number that has gone to another program meanwhile is left alone.
    private const string Script = """
        exec >/dev/null 2>&1; trap '' INT TERM HUP; all=
        while read -r one; do all="$all $one"; done
        for one in $all; do grep -q FeedbackService "/proc/$one/cmdline" && kill -KILL "$one"; done
        """;

    private static readonly Lazy<StreamWriter> Input = new(() =>
        Process.Start(new ProcessStartInfo("sh", ["-c", Script]) { RedirectStandardInput = true, WorkingDirectory = "/" })!.StandardInput);

    /// <summary>Keeps an eye on a process.</summary>
    public static void Watch(int process)
    {
        lock (Input)
        {
            Input.Value.WriteLine(process.ToString(CultureInfo.InvariantCulture));
            Input.Value.Flush();
        }
    }
}
