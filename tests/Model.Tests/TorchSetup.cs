using System.Runtime.CompilerServices;
using TorchSharp;

namespace FeedbackService.Model.Tests;

internal static class TorchSetup
{
    // Tiny tensors gain nothing from a second thread, and OpenMP's spinning starves whatever else runs.
    [ModuleInitializer]
    internal static void UseOneThread() => torch.set_num_threads(1);
}
