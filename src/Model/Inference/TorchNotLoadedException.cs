using System.Runtime.InteropServices;

namespace FeedbackService.Model.Inference;

/// <summary>libtorch does not load on this machine. The message says what was tried, what is there and what to do.</summary>
public sealed class TorchNotLoadedException : Exception
{
    private TorchNotLoadedException(string message, Exception cause)
        : base(message, cause)
    {
    }

    internal static TorchNotLoadedException Describe(string? givenFolder, Exception cause)
    {
        var reason = cause is TypeInitializationException { InnerException: { } inner } ? inner : cause;
        var folders = givenFolder is null ? NativeFolder.Own : [givenFolder];
        var present = folders.Select(folder =>
        {
            var libraries = NativeFolder.LibrariesIn(folder);
            return $"  {folder}: {(libraries.Count == 0 ? "no native library" : string.Join(", ", libraries))}";
        });
        var message = $"""
            libtorch could not be loaded on {RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier}).
            Looked in:
            {string.Join(Environment.NewLine, present)}
            The system says: {reason.Message}
            What to do: {Advice(reason.Message)}
            """;
        return new TorchNotLoadedException(message, cause);
    }

    private static string Advice(string reason)
    {
        if (reason.Contains("TorchBackend=none", StringComparison.Ordinal))
        {
            return "as said, or leave --torch-native out.";
        }

        if (reason.Contains("GLIBCXX", StringComparison.Ordinal))
        {
            return "the C++ library of this system (libstdc++) is older than this libtorch shim asks for. Use the program's " +
                "own build output, whose shim is made loadable with GCC 12, instead of the package's file.";
        }

        if (reason.Contains("GLIBC_", StringComparison.Ordinal))
        {
            return "the C library of this system is too old for libtorch; glibc 2.28 or newer is needed (Debian 10, Ubuntu 20.04, RHEL 8).";
        }

        if (reason.Contains("musl", StringComparison.Ordinal) || RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
        {
            return "libtorch needs glibc; it does not run on Alpine. Use a Debian or Ubuntu based system or image.";
        }

        return "build for this platform so that the native package is copied (TorchBackend=cpu or cuda), or build " +
            "with TorchBackend=none and name a folder with libtorch 2.10 by --torch-native DIR. On Linux, 'ldd' on libLibTorchSharp.so shows which library is missing (often libgomp1 or libstdc++6).";
    }
}
