using System.Diagnostics;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Files;
using TorchSharp;

namespace FeedbackService.Testing.Hostile;

/// <summary>
/// Gives hostile files to all that reads files of strangers. Each must be read or refused with one of the documented exceptions, in bounded time and memory; one that is made
/// to break a rule must be refused.
/// </summary>
public static class HostileRun
{
    // What parsers may allocate beside a multiple of their input: buffers of fixed size, and tables of the model that a small config.json describes.
    private const long SpareBytes = 64L << 20;
    private const long BytesPerByte = 400;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>All kinds of inputs.</summary>
    public static IReadOnlyList<IHostileSource> Sources { get; } =
    [
        new TruncatedWeights(), new FlippedHeaders(), new BrokenRules(),
        new HostileTokenizerJson("bert"), new HostileTokenizerJson("gpt2"), new HostileVocabulary(), new HostileMerges(), new HostileConfig(), new HostileIndex(), new HostileTensors("bert"),
    ];

    /// <summary>Runs cases, the kinds in turn.</summary>
    /// <param name="cases">How many.</param>
    /// <param name="seed">The same seed gives the same cases.</param>
    /// <param name="first">Number of the first case, to go on from or to repeat one.</param>
    /// <param name="report">Told the number of each case before it runs; null for none.</param>
    /// <returns>What was not borne.</returns>
    public static IReadOnlyList<HostileFault> Run(long cases, int seed, long first = 0, Action<long>? report = null)
    {
        var faults = new List<HostileFault>();
        var folder = Directory.CreateTempSubdirectory("feedback-hostile-");
        try
        {
            for (var number = first; number < first + cases; number++)
            {
                report?.Invoke(number);
                var source = Sources[(int)(number % Sources.Count)];
                var input = source.Make(number / Sources.Count, new Random(unchecked((int)((seed * 397L) + (number * 2_654_435_761L)))));
                if (Bear(input, folder.CreateSubdirectory("case")) is { } what)
                {
                    faults.Add(new HostileFault(source.Name, number, what));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return faults;
    }

    private static string? Bear(HostileInput input, DirectoryInfo folder)
    {
        foreach (var (name, content) in input.Files)
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, name), content);
        }

        var (allocated, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        try
        {
            using (torch.NewDisposeScope())
            {
                input.Read(folder.FullName);
            }

            if (input.MustBeRefused)
            {
                return "was accepted.";
            }
        }
        catch (Exception refused) when (refused is InvalidSafetensorsException or InvalidFileException or StateDictMismatchException)
        {
            // As documented.
        }
        catch (Exception other)
        {
            return other.ToString();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return clock.Elapsed > Longest ? $"took {clock.Elapsed}."
            : allocated > SpareBytes + (BytesPerByte * input.Bytes) ? $"allocated {allocated} bytes for an input of {input.Bytes}."
            : null;
    }
}
