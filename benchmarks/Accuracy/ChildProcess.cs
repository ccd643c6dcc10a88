using System.Diagnostics;
using System.Text.Json;

namespace FeedbackService.Accuracy;

/// <summary>Work handed to a process of its own, as JSON on its command line and from its standard output.</summary>
internal static class ChildProcess
{
    /// <summary>The child's side.</summary>
    public static int Answer<TOrder, TResult>(string order, Func<TOrder, TResult> work)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(work(JsonSerializer.Deserialize<TOrder>(order)!)));
        return 0;
    }

    /// <summary>Starts one and waits for its result.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<TResult> AskAsync<TOrder, TResult>(string mode, TOrder order)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [mode, JsonSerializer.Serialize(order)]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<TResult>(output)!
            : throw new InvalidOperationException($"{mode} {order} ended with {process.ExitCode}.");
    }
}
