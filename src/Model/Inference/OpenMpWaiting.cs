using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FeedbackService.Model.Inference;

/// <summary>Makes libtorch's OpenMP threads sleep while they wait for each other.</summary>
/// <remarks>
/// By default they spin. When anything else wants the cores (a request beside a training, a build beside a test) the
/// spinning threads take them from the very threads they wait for: a training of 16 seconds took 192 on a busy machine
/// with two cores (docs/log.md). OpenMP reads its settings once, when it is loaded, so they must be there before.
/// </remarks>
internal static class OpenMpWaiting
{
    private const string Policy = "OMP_WAIT_POLICY";

#pragma warning disable CA2255 // Meant for applications; here it is the only moment that is surely before libtorch.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LetWaitingThreadsSleep()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Policy) is null)
        {
            // .NET keeps its own copy of the environment; native libraries read the process's.
            _ = SetNative(Policy, "PASSIVE", overwrite: 0);
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetNative(string name, string value, int overwrite);
}
