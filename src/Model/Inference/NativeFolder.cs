using System.Runtime.InteropServices;

namespace FeedbackService.Model.Inference;

/// <summary>The libtorch files of a folder, and their load order.</summary>
internal static class NativeFolder
{
    // Each needs the ones before it. Whoever asks for one of them by name afterwards, TorchSharp included, is given
    // what is in memory. CPU builds have no cuda files.
    private static readonly string[] LoadOrder = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    private static readonly string[] Required = ["c10", "torch_cpu", "torch"];

    /// <summary>Folders in which the runtime looks for the native libraries of this program.</summary>
    public static IReadOnlyList<string> Own { get; } =
    [
        .. ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .Append(AppContext.BaseDirectory)
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(),
    ];

    private static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    /// <summary>Loads the libtorch files of a folder.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="own">Folders the runtime would load libtorch from by itself.</param>
    /// <exception cref="DllNotFoundException">
    /// The folder or a file is missing or does not load, or the program carries a libtorch of its own.
    /// </exception>
    public static void Load(string folder, IReadOnlyList<string> own)
    {
        if (!Directory.Exists(folder))
        {
            throw new DllNotFoundException($"There is no folder '{folder}'.");
        }

        var missing = Required.Select(library => Path.Combine(folder, FileName(library))).FirstOrDefault(path => !File.Exists(path));
        if (missing is not null)
        {
            throw new DllNotFoundException($"'{missing}' is missing.");
        }

        // TorchSharp's static constructor asks for torch_cpu before anything can be told to it and would be given the
        // program's own. Two libtorch in one process register every operator twice, which aborts it.
        var bundled = own.Where(directory => directory != folder)
            .Select(directory => Path.Combine(directory, FileName("torch_cpu"))).FirstOrDefault(File.Exists);
        if (bundled is not null)
        {
            throw new DllNotFoundException(
                $"This program carries a libtorch of its own ('{bundled}'), and a process can hold only one. " +
                "Build or publish it with -p:TorchBackend=none to use a given one.");
        }

        foreach (var path in LoadOrder.Select(library => Path.Combine(folder, FileName(library))).Where(File.Exists))
        {
            NativeLibrary.Load(path);
        }
    }

    /// <summary>Names of the native libraries in a folder.</summary>
    public static IReadOnlyList<string> LibrariesIn(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Extension + "*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    private static string FileName(string library) => (OperatingSystem.IsWindows() ? string.Empty : "lib") + library + Extension;
}
