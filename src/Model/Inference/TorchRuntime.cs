using System.Globalization;
using System.Runtime.InteropServices;
using FeedbackService.Model.Numerics;
using TorchSharp;

namespace FeedbackService.Model.Inference;

/// <summary>The one place that loads libtorch and sets what is global to the process: its threads.</summary>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool _loaded;
    private static bool _interOpSet;
    private static int _intraOp;
    private static string? _nativeDirectory;

    /// <summary>Loads libtorch, once; later calls do nothing.</summary>
    /// <exception cref="TorchNotLoadedException">It does not load. The message says what was tried and what to do.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (_loaded)
            {
                return;
            }

            try
            {
                // Loading here first keeps TorchSharp's own loader from writing to the console and copying packages about.
                NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _);
                NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
                torch.InitializeDeviceType(DeviceType.CPU);
                using var probe = torch.zeros(1);
            }
            catch (Exception failure) when (IsLoadFailure(failure))
            {
                throw TorchNotLoadedException.Describe(_nativeDirectory, failure);
            }

            _loaded = true;
        }
    }

    /// <summary>
    /// Loads libtorch from a given folder, such as the <c>lib</c> folder of a PyTorch installation. Only for programs
    /// built without one (<c>-p:TorchBackend=none</c>); the TorchSharp shim is always the program's own.
    /// </summary>
    /// <param name="directory">Holds libtorch of the version TorchSharp was built for (2.10).</param>
    /// <exception cref="TorchNotLoadedException">
    /// The folder or a file in it is missing or does not load, or the program carries a libtorch of its own.
    /// </exception>
    /// <exception cref="InvalidOperationException">libtorch has been loaded already.</exception>
    public static void UseNativeDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        lock (Gate)
        {
            if (_loaded || _nativeDirectory is not null)
            {
                throw new InvalidOperationException("libtorch is loaded already; name the folder of native libraries at start.");
            }

            var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
            try
            {
                NativeFolder.Load(folder, NativeFolder.Own);
            }
            catch (Exception failure) when (IsLoadFailure(failure))
            {
                throw TorchNotLoadedException.Describe(folder, failure);
            }

            _nativeDirectory = folder;
        }

        EnsureLoaded();
    }

    /// <summary>Sets the threads of one operation, and once per process those between operations (one).</summary>
    /// <param name="intraOp">At least 1. Part of what reproducibility promises: sums depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    /// <exception cref="TorchNotLoadedException">libtorch does not load.</exception>
    public static void SetThreads(int intraOp)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intraOp, 1);
        EnsureLoaded();
        lock (Gate)
        {
            if (!_interOpSet)
            {
                // A second call aborts the process, uncatchably. One thread: nothing here runs operations in parallel.
                torch.set_num_interop_threads(1);
                _interOpSet = true;
            }

            torch.set_num_threads(intraOp);
            _intraOp = intraOp;
        }
    }

    /// <summary>
    /// Gives the calling thread the threads that <see cref="SetThreads"/> was told last; without it, nothing changes. For threads that compute for long or measure, at their beginning: libtorch counts for each
    /// thread by itself, and gives a new one what any thread has set last, which may be a <see cref="ThreadPlan"/>'s few.
    /// </summary>
    public static void RestoreThreads()
    {
        lock (Gate)
        {
            if (_intraOp > 0)
            {
                // Asking first makes the thread known, so that what is set stays; later its first computation would undo it.
                var has = torch.get_num_threads();
                if (has != _intraOp)
                {
                    torch.set_num_threads(_intraOp);
                }
            }
        }
    }

    /// <summary>The device a person asked for.</summary>
    /// <param name="name"><c>auto</c> (first GPU, else CPU), <c>cpu</c>, <c>cuda</c> (the first) or <c>cuda:N</c>.</param>
    /// <exception cref="DeviceNotAvailableException">Not one of these, or not in this machine.</exception>
    /// <exception cref="TorchNotLoadedException">libtorch does not load.</exception>
    public static torch.Device ParseDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = name.Trim().ToLowerInvariant();
        if (wanted == "cpu")
        {
            return torch.CPU;
        }

        var isCuda = wanted == "cuda" || wanted.StartsWith("cuda:", StringComparison.Ordinal);
        var index = 0;
        if (wanted != "auto" && (!isCuda ||
            (wanted.Length > 4 && !int.TryParse(wanted.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index))))
        {
            throw new DeviceNotAvailableException($"'{name}' is no device; it must be auto, cpu, cuda or cuda:N, such as cuda:0.");
        }

        EnsureLoaded();
        var count = torch.cuda_is_available() ? torch.cuda.device_count() : 0;
        if (wanted == "auto")
        {
            return count > 0 ? Cuda(0) : torch.CPU;
        }

        if (index >= count)
        {
            throw new DeviceNotAvailableException(
                $"Device '{name}' is not available: libtorch sees {count} CUDA devices. " +
                "Check the driver (nvidia-smi), that this is the cuda build or --torch-native names a CUDA libtorch, or use cpu.");
        }

        return Cuda(index);
    }

    /// <summary>Whether a device multiplies matrices of that element type, fast or slowly. Nobody tells it; whoever can do it has it.</summary>
    public static bool Computes(torch.Device device, ComputePrecision precision)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (precision == ComputePrecision.Float32)
        {
            return true;
        }

        EnsureLoaded();
        try
        {
            using var scope = torch.NewDisposeScope();
            var matrix = torch.ones([2, 2], torch.ScalarType.BFloat16, device);
            return matrix.matmul(matrix).to(torch.ScalarType.Float32).sum().item<float>() > 0;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Refuses a precision that a device does not compute.</summary>
    /// <param name="device">Where is to be computed.</param>
    /// <param name="precision">In what.</param>
    /// <param name="option">What asks for it, as its user writes it.</param>
    /// <exception cref="DeviceNotAvailableException">The device does not compute it.</exception>
    public static void RequirePrecision(torch.Device device, ComputePrecision precision, string option)
    {
        if (!Computes(device, precision))
        {
            throw new DeviceNotAvailableException($"The device {device} does not compute bfloat16, which {option} asks for. Use float32, or a device that does.");
        }
    }

    private static torch.Device Cuda(int index)
    {
        // By default cuDNN's recurrences round what they multiply to the 11 bits of TF32, matrix products do not. Here float32 means float32; whoever wants it
        // fast asks for bfloat16.
        torch.backends.cudnn.allow_tf32 = false;
        torch.backends.cuda.matmul.allow_tf32 = false;
        return torch.device(DeviceType.CUDA, index);
    }

    private static bool IsLoadFailure(Exception failure) => failure
        is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException or NotSupportedException;
}
