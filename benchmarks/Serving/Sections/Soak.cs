using System.Globalization;
using System.Text;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>Very many requests, and after every part of them a look at the memory while nothing is under way.</summary>
internal sealed class Soak(Settings settings, TrainedModels models) : ISection
{
    private const int Looks = 40;
    private const int ShownEvery = 5;
    private const double PerHundredThousand = 100_000;

    // Growth per 100,000 requests, as a share of the memory, that counts as none.
    private const double Flat = 0.01;

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var bodies = Bodies.Of(TestSet.TestPart(settings).Inputs, 1);
        await using var service = await ServiceProcess.StartAsync(await models.PlainAsync());
        using var http = new HttpClient { BaseAddress = service.Address };
        using var requester = new Requester(service.Classify);
        var clients = new ClosedLoop(requester, bodies, settings.Clients);
        var looks = new List<Look> { await LookAsync(0) };
        var (failure, part) = ((string?)null, Math.Max(1, settings.Requests / Looks));
        for (var requests = part; requests <= settings.Requests; requests += part)
        {
            var result = await clients.RunAsync(part);
            failure ??= result.FirstFailure;
            looks.Add(await LookAsync(requests));
        }

        // The first half is that of a program that still warms up: code is compiled, heaps and pools grow to what the load needs.
        var late = looks[(looks.Count / 2)..];
        var (resident, managed) = (Slope(late, look => look.Resident), Slope(late, look => look.Managed));
        var (fewest, most) = (looks[1..].Min(look => look.Tensors), looks[1..].Max(look => look.Tensors));
        var table = new StringBuilder()
            .AppendLine("| requests | resident MB | managed MB | tensors alive |")
            .AppendLine("|---|---|---|---|");
        foreach (var look in looks.Where((_, index) => index % ShownEvery == 0))
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"| {look.Requests} | {look.Resident / 1e6:F1} | {look.Managed / 1e6:F1} | {look.Tensors} |");
        }

        report.Add("Soak", table.AppendLine().AppendLine(
            CultureInfo.InvariantCulture,
            $"Second half, per 100,000 requests: resident {resident / 1e6:+0.00;-0.00} MB, managed {managed / 1e6:+0.00;-0.00} MB. Looked at after every {part} requests, with none under way: {fewest:F0} to {most:F0} tensors were alive. One that is left to the collector would be among them until it comes.").ToString());
        report.FaultIf(failure is not null, $"Soak: a request was not answered with 200 but {failure}");
        report.AtMost(Flat, resident / late[^1].Resident, FormattableString.Invariant($"{settings.Requests} requests: growth of resident memory per 100,000 requests, share"));
        report.AtMost(0, most - fewest, FormattableString.Invariant($"{settings.Requests} requests: tensors left to the finalizer"));

        async Task<Look> LookAsync(int requests)
        {
            var scrape = await Scrape.TakeAsync(http);
            return new Look(requests, scrape["process_working_set_bytes"], scrape["dotnet_total_memory_bytes"], scrape["feedbackservice_tensors"]);
        }
    }

    // Of the straight line with the least squares, per 100,000 requests.
    private static double Slope(List<Look> looks, Func<Look, double> of)
    {
        var (meanX, meanY) = (looks.Average(look => look.Requests), looks.Average(of));
        var squares = looks.Sum(look => Math.Pow(look.Requests - meanX, 2));
        return squares == 0 ? 0 : PerHundredThousand * looks.Sum(look => (look.Requests - meanX) * (of(look) - meanY)) / squares;
    }

    private sealed record Look(int Requests, double Resident, double Managed, double Tensors);
}
