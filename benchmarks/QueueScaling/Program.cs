using System.Globalization;
using FeedbackService.QueueScaling;
using FeedbackService.Testing.Postgres;

// Do jobs per minute grow with the workers, or does the queue itself limit them? Real worker processes over PostgreSQL, jobs that only sleep.
//   dotnet run -c Release --project benchmarks/QueueScaling -- [JOBS] [SLEEP-MS] [WORKERS,WORKERS,…]
// FEEDBACKSERVICE_TEST_DATABASE names a PostgreSQL; without, one is started from installed binaries. Ends with 1 when a proportion is below 0.95.
const double Target = 0.95;
if (args is [Worker.Mode, var database, var folder, var pause])
{
    await Worker.RunAsync(database, folder, Milliseconds(pause));
    return 0;
}

var jobs = int.Parse(args.ElementAtOrDefault(0) ?? "300", CultureInfo.InvariantCulture);
var sleep = Milliseconds(args.ElementAtOrDefault(1) ?? "500");
var counts = (args.ElementAtOrDefault(2) ?? "1,2,4").Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture));
if (TestDatabase.Missing is { } missing)
{
    Console.Error.WriteLine(missing);
    return 1;
}

Console.WriteLine("| workers | jobs | seconds | jobs/minute | between two jobs of a worker, ms | proportion |");
Console.WriteLine("|---|---|---|---|---|---|");
double? first = null;
var sound = true;
foreach (var count in counts)
{
    var measured = await Measurement.TakeAsync(await TestDatabase.CreateAsync(), count, jobs, sleep);
    first ??= measured.PerMinute / count;
    var proportion = measured.PerMinute / (first.Value * count);
    sound &= proportion >= Target;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {count} | {jobs} | {measured.Seconds:F1} | {measured.PerMinute:F0} | {measured.Between(sleep).TotalMilliseconds:F1} | {proportion:F3} |"));
}

return sound ? 0 : 1;

static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(int.Parse(text, CultureInfo.InvariantCulture));
