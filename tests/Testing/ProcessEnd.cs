using System.Diagnostics;

namespace FeedbackService.Testing;

/// <summary>A program that was run to its end.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">And to its standard error.</param>
public sealed record ProcessEnd(int Code, string Output, string Error)
{
    /// <summary>Runs it; one that is late is killed with its children.</summary>
    public static async Task<ProcessEnd> OfAsync(ProcessStartInfo start, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline);
        var output = process.StandardOutput.ReadToEndAsync(stop.Token);
        var error = process.StandardError.ReadToEndAsync(stop.Token);
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return new ProcessEnd(process.ExitCode, await output, await error);
    }
}
