using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FeedbackService.Model.Faults;

/// <summary>
/// Places where tests let a real process die, stand still or fail. Calls are compiled into Debug builds only, where the symbol
/// FAULT_POINTS is defined; a Release build has none of them, whatever its environment says.
/// </summary>
/// <remarks>
/// <c>FAULT</c> says what happens: <c>name:n[:kill|stop|throw|exit]</c>, several separated by commas, at the n-th time the process gets to
/// the point, n from 1. Trainers inherit it from their worker; their points begin with <c>trainer.</c>. With <c>FAULT_ONCE=DIR</c> every entry
/// happens in one process only: the first to get there leaves a file <c>name.n</c> in the folder, which also shows that it happened.
/// </remarks>
public static class FaultPoint
{
    private const int KillSignal = 9;
    private const int StopSignal = 19;

    private static readonly FaultPlan Plan = FaultPlan.Parse(
        Environment.GetEnvironmentVariable("FAULT"), Environment.GetEnvironmentVariable("FAULT_ONCE"));

    /// <summary>Says that the process has got to the point.</summary>
    /// <param name="name">One of <see cref="FaultPoints"/>.</param>
    /// <exception cref="IOException">The test asks for it here.</exception>
    /// <exception cref="TypeInitializationException"><c>FAULT</c> cannot be read.</exception>
    [Conditional("FAULT_POINTS")]
    public static void Reach(string name)
    {
        switch (Plan.Reach(name))
        {
            case FaultAction.Kill:
                Signal(KillSignal);
                break;
            case FaultAction.Stop:
                Signal(StopSignal);
                break;
            case FaultAction.Throw:
                throw new IOException($"Fault point {name}.");
            case FaultAction.Exit:
                Environment.FailFast($"Fault point {name}.");
                break;
        }
    }

    private static void Signal(int signal)
    {
        if (Kill(Environment.ProcessId, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} was refused (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
