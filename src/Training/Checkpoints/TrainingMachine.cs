using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FeedbackService.Training.Checkpoints;

/// <summary>What the last bits of a sum depend on besides the number of threads.</summary>
internal static class TrainingMachine
{
    /// <summary>Version of libtorch, processor architecture and width of its vectors, such as <c>libtorch 2.10.0, X64, 256 bit</c>.</summary>
    public static string Describe() => $"libtorch {__version__}, {RuntimeInformation.ProcessArchitecture}, {Vector<byte>.Count * 8} bit";
}
