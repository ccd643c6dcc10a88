using System.Diagnostics;
using System.Globalization;
using FeedbackService.Testing.Hostile;

// Hostile files for all that reads files of strangers: dotnet run --project benchmarks/HostileFiles -c Release [-- CASES [SEED [FIRST]]]
// A fault names its case; CASES 1 with the same SEED and that number as FIRST repeats it.
var cases = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
var first = args.Length > 2 ? long.Parse(args[2], CultureInfo.InvariantCulture) : 0;
const int Reported = 100_000;
var clock = Stopwatch.StartNew();
var faults = HostileRun.Run(cases, seed, first, number =>
{
    if (number > first && (number - first) % Reported == 0)
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number - first} of {cases}, {clock.Elapsed.TotalSeconds:F0} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));
    }
});
foreach (var fault in faults)
{
    Console.WriteLine($"{fault.Kind}, case {fault.Case}: {fault.What}");
}

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{cases} cases of seed {seed}, {faults.Count} not borne, {clock.Elapsed.TotalSeconds:F0} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));
return faults.Count == 0 ? 0 : 1;
