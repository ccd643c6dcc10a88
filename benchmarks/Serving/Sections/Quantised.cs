using System.Globalization;
using FeedbackService.ServingBenchmark.Contestants;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>What maps in 8 bits win and lose: texts per second over HTTP beside the exact model, turn by turn, and the answers of both to every text of the test part.</summary>
internal sealed class Quantised(Settings settings, TrainedModels models) : ISection
{
    private const int PerRequest = 32;

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var test = TestSet.TestPart(settings);
        var artifact = await models.PlainAsync();
        await using var exact = await ServiceProcess.StartAsync([artifact], ["--Serving:Provider=Onnx"]);
        await using var rounded = await ServiceProcess.StartAsync([artifact], ["--Serving:Provider=OnnxInt8"]);
        using var toExact = new Requester(exact.Classify);
        using var toRounded = new Requester(rounded.Classify);
        HttpContestant Contestant(Requester requester, ServiceProcess service, int perRequest) => new(
            "service", requester, Bodies.Of(test.Inputs, perRequest), test.Inputs.Count, settings.Clients, () => service.Cpu,
            answer => answer["data"]!.AsArray().Select(item => (string)item!["label"]!));

        var (labels, others) = (await Contestant(toExact, exact, PerRequest).LabelsAsync(test.Inputs.Count), await Contestant(toRounded, rounded, PerRequest).LabelsAsync(test.Inputs.Count));
        HttpContestant[] contestants = [.. new[] { 1, PerRequest }.SelectMany(perRequest => new[] { Contestant(toExact, exact, perRequest), Contestant(toRounded, rounded, perRequest) })];
        var rates = contestants.Select(_ => new List<double>()).ToArray();
        var failures = new HashSet<string>();
        for (var repetition = 0; repetition < settings.Repetitions; repetition++)
        {
            foreach (var turn in Enumerable.Range(repetition, contestants.Length).Select(turn => turn % contestants.Length))
            {
                var pass = await contestants[turn].RunAsync();
                rates[turn].Add(pass.TextsPerSecond);
                failures.Add(pass.Failures);
            }
        }

        var spreads = Array.ConvertAll(rates, own => new Spread(own));
        var (before, after) = (test.Accuracy(labels), test.Accuracy(others));
        report.Add("In 8 bits", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | load | exact, texts/s | in 8 bits, texts/s | × exact |
            |---|---|---|---|
            | {settings.Clients} clients × 1 text | {spreads[0].Format("F0")} | {spreads[1].Format("F0")} | {spreads[1].Over(spreads[0]).Format("F2")} |
            | {settings.Clients} clients × {PerRequest} texts | {spreads[2].Format("F0")} | {spreads[3].Format("F0")} | {spreads[3].Over(spreads[2]).Format("F2")} |

            Test accuracy {before:P2} exact, {after:P2} in 8 bits ({(after - before) * 100:+0.00;-0.00;0.00} points); {labels.Zip(others).Count(pair => pair.First != pair.Second)} of {labels.Count} texts get another label.
            """));
        report.FaultIf(failures.Any(failure => failure != Pass.NoFailures), "In 8 bits: a request was not answered with 200.");
    }
}
