using System.Globalization;
using System.Net;
using FeedbackService.BatchUnderLoad;
using FeedbackService.TracingCost;

// What does tracing cost a classification? Services that differ in their tracing alone take turns, block by block, so that whatever
// else the machine does meets all of them. The first is what the others are compared with. Run by benchmarks/tracing-cost.sh.
//   dotnet run -c Release --project benchmarks/TracingCost -- ROUNDS BLOCK-SECONDS CLIENTS COLLECTOR-URL NAME=URL NAME=URL…
const string model = "support-tickets";
var rounds = int.Parse(args[0], CultureInfo.InvariantCulture);
var block = TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture));
var count = int.Parse(args[2], CultureInfo.InvariantCulture);
// Takes spans and throws them away.
using var collector = new HttpListener { Prefixes = { args[3].TrimEnd('/') + "/" } };
collector.Start();
_ = CollectAsync();

var contestants = args[4..].Select(pair => pair.Split('=', 2)).Select(pair => new Contestant(pair[0], new Uri(pair[1]))).ToList();
string[] texts = ["my invoice is wrong", "the app crashes when I open it", "how do I change my password", "please cancel my order"];
var clients = contestants.ToDictionary(each => each, each => new Clients(each.Service, model, count, TimeSpan.Zero) { Texts = texts });
var sound = true;
foreach (var contestant in contestants)
{
    // Whatever happens only once shall not be measured.
    sound &= (await clients[contestant].RunAsync("warm-up", 2 * block, CancellationToken.None)).IsSound;
}

for (var round = 0; round < rounds; round++)
{
    // Each comes first, second and last equally often.
    foreach (var i in Enumerable.Range(round, contestants.Count))
    {
        var contestant = contestants[i % contestants.Count];
        sound &= await contestant.MeasureAsync(clients[contestant], block);
    }
}

Console.WriteLine("| service | requests/s, median | ratio to the first per round: median (lowest to highest) | CPU µs/request, median | ratio to the first per round: median (lowest to highest) |");
Console.WriteLine("|---|---|---|---|---|");
foreach (var contestant in contestants)
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {contestant.Name} | {Median(contestant.Blocks.Select(each => each.PerSecond)):F0} | {Ratios(contestant, each => each.PerSecond)} | {Median(contestant.Blocks.Select(each => each.CpuMicroseconds)):F0} | {Ratios(contestant, each => each.CpuMicroseconds)} |"));
    contestant.Dispose();
}

return sound ? 0 : 1;

string Ratios(Contestant contestant, Func<Block, double> of)
{
    var ratios = contestant.Blocks.Zip(contestants[0].Blocks, (its, first) => of(its) / of(first)).ToList();
    return string.Create(CultureInfo.InvariantCulture, $"{Median(ratios):F3} ({ratios.Min():F2} to {ratios.Max():F2})");
}

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

async Task CollectAsync()
{
    while (collector.IsListening)
    {
        var request = await collector.GetContextAsync();
        await request.Request.InputStream.CopyToAsync(Stream.Null);
        request.Response.Close();
    }
}
