using System.Diagnostics;
using FeedbackService.ServingBenchmark.Contestants;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>What a client that is alone waits for, beside the bare call of ONNX Runtime in its own process.</summary>
internal sealed class Latency(Settings settings, TrainedModels models) : ISection
{
    private const int Most = 1000;

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var inputs = TestSet.TestPart(settings).Inputs.Take(Most).ToList();
        var artifact = await models.PlainAsync();
        using var onnx = OnnxPeer.Load(artifact);
        await using var node = await NodePeer.StartAsync(onnx.Graph, artifact);
        await using var service = await ServiceProcess.StartAsync(artifact);
        using var toService = new Requester(service.Classify);
        using var toNode = new Requester(node.Address);
        string? failure = null;
        (string Name, Func<Task<IReadOnlyList<double>>> Run)[] contestants =
        [
            ("service", () => OverHttpAsync(toService, Bodies.Of(inputs, 1))),
            ("1a: ONNX Runtime in process, a text a call, tokenization included", () => Task.FromResult<IReadOnlyList<double>>([.. inputs.Select(input => Milliseconds(() => onnx.Classify([onnx.Tokenize(input)])))])),
            ("2: Node and onnxruntime-node", () => OverHttpAsync(toNode, Bodies.OfPeer(inputs, 1))),
        ];
        var times = contestants.Select(_ => new List<IReadOnlyList<double>>()).ToArray();
        for (var repetition = 0; repetition <= settings.Repetitions; repetition++)
        {
            foreach (var turn in Enumerable.Range(repetition, contestants.Length).Select(turn => turn % contestants.Length))
            {
                var measured = await contestants[turn].Run();
                // The first one warms up.
                if (repetition > 0)
                {
                    times[turn].Add(measured);
                }
            }
        }

        Spread At(int contestant, double share) => new([.. times[contestant].Select(own => Spread.Percentile(own, share))]);
        var rows = contestants.Select((contestant, i) =>
            $"| {contestant.Name} | {At(i, 0.5).Format("F2")} | {At(i, 0.99).Format("F2")} | {At(i, 0.5).Over(At(1, 0.5)).Format("F2")} |");
        report.Add("One client", string.Join(
            Environment.NewLine,
            rows.Prepend("|---|---|---|---|").Prepend("| who | p50 ms: median (lowest to highest) of the turns | p99 ms | p50, × the bare call |")
                .Append("").Append(FormattableString.Invariant($"The first {inputs.Count} texts, one after the other."))));
        report.FaultIf(failure is not null, $"One client: a request was not answered with 200 but {failure}");
        report.AtMost(1.3, At(0, 0.5).Over(At(1, 0.5)).Median, "one client, p50: × the bare call of 1a");

        async Task<IReadOnlyList<double>> OverHttpAsync(Requester requester, IReadOnlyList<byte[]> bodies)
        {
            var result = await new ClosedLoop(requester, bodies, clients: 1).RunAsync();
            failure ??= result.FirstFailure;
            return result.Milliseconds;
        }
    }

    private static double Milliseconds(Action action)
    {
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
