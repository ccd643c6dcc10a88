using System.Runtime.InteropServices;
using TorchSharp;

namespace FeedbackService.Model.Inference;

/// <summary>The libtorch files of a folder, and their load order.</summary>
internal static class NativeFolder
{
    // Each needs the ones before it. The loader finds needed libraries that are in memory by name, so the order alone
    // makes the folder's files win over the program's own. Of these, CPU builds have only the first two and libtorch.
    private static readonly string[] LoadOrder = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    private static readonly string[] Required = ["c10", "torch_cpu", "torch"];

    /// <summary>Loads all libtorch files of a folder and then the shim, from the folder or else the program's own.</summary>
    /// <returns>Handle of the shim.</returns>
    /// <exception cref="DllNotFoundException">The folder or a file is missing, or does not load.</exception>
    public static IntPtr Load(string folder, string shim)
    {
        if (!Directory.Exists(folder))
        {
            throw new DllNotFoundException($"There is no folder '{folder}'.");
        }

        foreach (var library in LoadOrder)
        {
            var path = Path.Combine(folder, FileName(library));
            if (File.Exists(path))
            {
                NativeLibrary.Load(path);
            }
            else if (Required.Contains(library))
            {
                throw new DllNotFoundException($"'{path}' is missing.");
            }
        }

        var given = Path.Combine(folder, FileName(shim));
        return File.Exists(given) ? NativeLibrary.Load(given) : NativeLibrary.Load(shim, typeof(torch).Assembly, null);
    }

    /// <summary>Names of the native libraries in a folder.</summary>
    public static IReadOnlyList<string> LibrariesIn(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Extension + "*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Where the build puts the native libraries of this platform.</summary>
    public static IEnumerable<string> OwnFolders =>
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", PortableIdentifier, "native")];

    // RuntimeInformation.RuntimeIdentifier names the distribution in builds of .NET that come from one.
    private static string PortableIdentifier =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    private static string FileName(string library) => (OperatingSystem.IsWindows() ? string.Empty : "lib") + library + Extension;
}
