using System.Diagnostics;
using System.Globalization;
using FeedbackService.BatchUnderLoad;

// Does a batch stay out of the clients' way? A table of what clients see alone, beside batches, and beside batches and a fine-tuning.
//   dotnet run -c Release --project benchmarks/BatchUnderLoad -- [URL] [LABELLED-CSV] [MODEL] [LINES] [CLIENTS] [PAUSE-MS]
// Needs a running service that has MODEL. Ends with 1 when anything was answered with 5xx, or a line of a batch is missing.
string Argument(int index, string usual) => args.Length > index ? args[index] : usual;
int Number(int index, int usual) => int.Parse(Argument(index, usual.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

var alone = TimeSpan.FromSeconds(20);
var longest = TimeSpan.FromMinutes(10);
using var service = new Service(new Uri(Argument(0, "http://127.0.0.1:8080")));
var labelled = Argument(1, "samples/support-tickets/train.csv");
var model = Argument(2, "support-tickets");
var lines = Number(3, 10_000);
var clients = new Clients(service, model, Number(4, 50), TimeSpan.FromMilliseconds(Number(5, 100)));

var training = await service.UploadAsync(labelled, "fine-tune");
clients.Texts = await service.TextsAsync(training);
var requests = await service.UploadRequestsAsync(model, clients.Texts, lines);
// Whatever happens only once shall not be measured.
await clients.RunAsync("warm-up", TimeSpan.FromSeconds(3), CancellationToken.None);

Console.WriteLine("| running | requests/s | p50 ms | p95 ms | p99 ms | slowest ms | batch lines/s | statuses |");
Console.WriteLine("|---|---|---|---|---|---|---|---|");
var sound = true;
sound &= Show(await clients.RunAsync("clients", alone, CancellationToken.None), null);
var undisturbed = await service.RunBatchAsync(requests, lines);
Console.WriteLine($"| batch | | | | | | {undisturbed:F0} | |");
sound &= undisturbed > 0;
sound &= await BesideBatchAsync("clients, batch");

using (var tunings = new FineTunings(service, training))
{
    await tunings.StartAsync();
    sound &= Show(await clients.RunAsync("clients, fine-tuning", alone, CancellationToken.None), null);
    sound &= await BesideBatchAsync("clients, fine-tuning, batch");
    Console.WriteLine();
    Console.WriteLine($"Fine-tunings meanwhile: {await tunings.StopAsync()}. Answers of 500 and above anywhere: {service.ServerErrors}.");
}

return sound && service.ServerErrors == 0 ? 0 : 1;

async Task<bool> BesideBatchAsync(string name)
{
    // One batch after another, as long as the others are measured, and at least one to its end.
    using var done = new CancellationTokenSource(longest);
    var measured = clients.RunAsync(name, longest, done.Token);
    var (started, rates) = (Stopwatch.GetTimestamp(), new List<double>());
    do
    {
        rates.Add(await service.RunBatchAsync(requests, lines));
    }
    while (Stopwatch.GetElapsedTime(started) < alone);

    await done.CancelAsync();
    return Show(await measured, rates.Average()) && rates.TrueForAll(rate => rate > 0);
}

static bool Show(Measurement measured, double? batch)
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {measured.Name} | {measured.PerSecond:F0} | {measured.Percentile(0.5):F1} | {measured.Percentile(0.95):F1} | {measured.Percentile(0.99):F1} | {measured.Percentile(1):F0} | {batch:F0} | {measured.Statuses} |"));
    return measured.IsSound;
}
