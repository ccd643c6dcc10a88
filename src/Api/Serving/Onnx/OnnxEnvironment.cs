using System.Runtime.ExceptionServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>ONNX Runtime in this process: how graphs are loaded.</summary>
internal static class OnnxEnvironment
{
    /// <summary>Name of threads that compute graphs, by which top and profilers tell whose they are. Those that the runtime makes take it over from the one that makes them.</summary>
    public const string ThreadName = "inference-onnx";

    private static readonly Lock Gate = new();

    /// <summary>Options of sessions.</summary>
    /// <param name="threads">Of each session, 1 or more, that of the caller included. How many of them an operator takes is decided by the work it has.</param>
    public static SessionOptions SessionOptions(int threads)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            // A plan of memory is made for each shape that comes, and here hardly two batches have the same.
            EnableMemoryPattern = false,
        };

        // Between two operators of a run threads wait awake, for to sleep and be woken takes longer than some operators do; after the run they sleep, for the processors are others' then.
        // Only threads of a session can be told so, not those of a pool for all.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "1");
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return options;
    }

    /// <summary>Loads a graph.</summary>
    /// <param name="model">A message of ONNX.</param>
    /// <param name="options">From <see cref="SessionOptions"/>.</param>
    /// <exception cref="OnnxRuntimeException">The runtime refuses it.</exception>
    public static InferenceSession Load(byte[] model, SessionOptions options)
    {
        InferenceSession? session = null;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() => fault = Try(() => session = Open(model, options))) { Name = ThreadName, IsBackground = true };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return session!;
    }

    private static InferenceSession Open(byte[] model, SessionOptions options)
    {
        Ensure();
        return new InferenceSession(model, options);
    }

    private static void Ensure()
    {
        lock (Gate)
        {
            if (!OrtEnv.IsCreated)
            {
                var options = new EnvironmentCreationOptions { logId = "feedbackservice", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
                OrtEnv.CreateInstanceWithOptions(ref options);
            }
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
}
