using System.Diagnostics;
using System.Globalization;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>Twice as many requests as can be answered, from clients that do not wait for each other: what is still answered, and how soon it is over.</summary>
internal sealed class Overload(Settings settings, TrainedModels models) : ISection
{
    private const int Times = 2;
    private const int Probes = 200;
    private const string SharedTexts = "feedbackservice_classify_shared_texts_total{priority=\"interactive\"}";

    // Of the 95th percentile of a client that is alone.
    private const double Slow = 3;
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        // All of them, however many are asked for: equal texts under way are computed once, and whatever comes again while it waits is no load.
        var bodies = Bodies.Of(TestSet.Whole(settings).Inputs, 1);
        await using var service = await ServiceProcess.StartAsync(await models.PlainAsync());
        using var http = new HttpClient { BaseAddress = service.Address };
        using var requester = new Requester(service.Classify);
        var clients = new ClosedLoop(requester, bodies, settings.Clients);
        await clients.RunAsync(TimeSpan.FromSeconds(3));
        var peak = await clients.RunAsync(settings.Duration);
        var alone = await new ClosedLoop(requester, bodies, 1).RunAsync(Probes);

        var sharedBefore = (await Scrape.TakeAsync(http))[SharedTexts];
        var (own, served) = (Environment.CpuUsage.TotalTime, service.Cpu);
        var load = await new OpenLoop(requester, bodies).RunAsync(Times * peak.PerSecond, settings.Duration);
        (own, served) = (Environment.CpuUsage.TotalTime - own, service.Cpu - served);
        var recovery = await RecoveryAsync(requester, bodies, Slow * alone.Percentile(0.95));
        await load.AllAnswered;

        var (answered, refused, shared) = (load.Count(200), load.Count(429), (await Scrape.TakeAsync(http))[SharedTexts] - sharedBefore);
        var goodput = load.Goodput * (answered - shared) / Math.Max(1, answered);
        var waits = load.Requests.Where(request => request.Status == 200).Select(request => request.Answered - request.Due).ToList();
        report.Add("Overload", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | peak, {settings.Clients} clients, requests/s | offered/s | answered with 200/s, each computed | × peak | 429 | without Retry-After | other | wait of those answered, p50 / p99 s | recovered after s |
            |---|---|---|---|---|---|---|---|---|
            | {peak.PerSecond:F0} | {load.Offered:F0} | {goodput:F0} | {goodput / peak.PerSecond:F2} | {refused} | {load.Requests.Count(request => request is { Status: 429, SaysWhen: false })} | {load.Requests.Count - answered - refused} | {Spread.Percentile(waits, 0.5):F2} / {Spread.Percentile(waits, 0.99):F2} | {recovery.TotalSeconds:F2} |

            {settings.Duration.TotalSeconds:F0} s of Poisson arrivals, one text each; {shared:F0} had the answer of an equal one under way and are not counted. Recovered: a request made after the last arrival was answered within {Slow:F0} × the p95 of a client alone ({alone.Percentile(0.95):F1} ms). The client's share of the CPU time while requests came: {own / (own + served):P1}.
            """));
        report.FaultIf(answered + refused != load.Requests.Count || !peak.IsSound, "Overload: a request was answered with neither 200 nor 429.");
        report.FaultIf(load.Requests.Any(request => request is { Status: 429, SaysWhen: false }), "Overload: an answer of 429 had no Retry-After.");
        report.AtLeast(0.9, goodput / peak.PerSecond, "overload at 2 × capacity: goodput, × peak");
        report.AtMost(5, recovery.TotalSeconds, "overload: recovery, s");
    }

    private static async Task<TimeSpan> RecoveryAsync(Requester requester, IReadOnlyList<byte[]> bodies, double milliseconds)
    {
        var began = Stopwatch.GetTimestamp();
        for (var turn = 0; Stopwatch.GetElapsedTime(began) < GiveUp; turn++)
        {
            var sent = Stopwatch.GetTimestamp();
            var answer = await requester.PostAsync(bodies[turn % bodies.Count]);
            if (answer.Status == 200 && Stopwatch.GetElapsedTime(sent).TotalMilliseconds <= milliseconds)
            {
                break;
            }
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
