using System.Runtime.ExceptionServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>ONNX Runtime in this process: one pool of threads for all graphs, however many models are in memory.</summary>
internal static class OnnxEnvironment
{
    // Threads that the runtime makes take over the name of the one that makes them, and so top and profilers can tell whose they are.
    private const string ThreadName = "inference-onnx";

    private static readonly Lock Gate = new();

    /// <summary>Options of a session that computes on the threads of the process.</summary>
    /// <param name="threads">Of the pool, 1 or more; the first caller decides.</param>
    public static SessionOptions SessionOptions(int threads)
    {
        Ensure(threads);
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // A plan of memory is made for each shape that comes, and here hardly two batches have the same.
            EnableMemoryPattern = false,
        };
        options.DisablePerSessionThreads();
        return options;
    }

    private static void Ensure(int threads)
    {
        lock (Gate)
        {
            if (OrtEnv.IsCreated)
            {
                return;
            }

            ExceptionDispatchInfo? fault = null;
            var thread = new Thread(() => fault = Try(() => Create(threads))) { Name = ThreadName, IsBackground = true };
            thread.Start();
            thread.Join();
            fault?.Throw();
        }
    }

    private static ExceptionDispatchInfo? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
#pragma warning disable CA1031 // The edge of a thread: the one that waits for it is told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(fault);
        }
    }

    private static void Create(int threads)
    {
        using var pool = new OrtThreadingOptions
        {
            GlobalIntraOpNumThreads = threads,
            GlobalInterOpNumThreads = 1,
            // Threads that spin between operators take the processor from those that speak HTTP.
            GlobalSpinControl = false,
        };
        var options = new EnvironmentCreationOptions
        {
            logId = "feedbackservice",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            threadOptions = pool,
        };
        OrtEnv.CreateInstanceWithOptions(ref options);
    }
}
