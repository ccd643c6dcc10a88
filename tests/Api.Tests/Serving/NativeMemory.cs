using System.Runtime.InteropServices;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Memory outside the collected heap, where tensors are.</summary>
internal static class NativeMemory
{
    /// <summary>
    /// Bytes that have been allocated and not freed, as glibc's allocator counts them: unlike the working set, without what the collector or the allocator keep for later. Elsewhere the working set.
    /// </summary>
    public static long InUse()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        var counts = Count();
        return (long)(counts.InUse + counts.Mapped);
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern AllocatorCounts Count();

    // As in malloc.h.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct AllocatorCounts
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastChunks;
        private readonly nuint _mappings;

        public readonly nuint Mapped;

        private readonly nuint _most;
        private readonly nuint _freeFast;

        public readonly nuint InUse;

        private readonly nuint _free;
        private readonly nuint _releasable;
    }
}
