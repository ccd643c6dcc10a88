using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.ServingBenchmark.Contestants;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>How many texts per second the service answers over HTTP, beside its peers over the same texts and weights, turn by turn.</summary>
internal sealed class Throughput(Settings settings, TrainedModels models) : ISection
{
    private const int Compared = 512;
    private const int WideRequest = 32;

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var inputs = TestSet.TestPart(settings).Inputs;
        var artifact = await models.PlainAsync();
        using var onnx = OnnxPeer.Load(artifact);
        await using var node = await NodePeer.StartAsync(onnx.Graph, artifact);
        await using var service = await ServiceProcess.StartAsync(artifact);
        using var toService = new Requester(service.Classify);
        using var toNode = new Requester(node.Address);
        var tokens = inputs.Select(onnx.Tokenize).ToList();
        RequireEqual(tokens, await node.IdsAsync(inputs));

        HttpContestant Service(int perRequest) => new(
            $"service, {Load(perRequest)}", toService, Bodies.Of(inputs, perRequest), inputs.Count, settings.Clients, () => service.Cpu,
            answer => answer["data"]!.AsArray().Select(item => (string)item!["label"]!));
        HttpContestant Node(int perRequest) => new(
            $"2: Node and onnxruntime-node, {Load(perRequest)}", toNode, Bodies.OfPeer(inputs, perRequest), inputs.Count, settings.Clients, () => node.Cpu,
            answer => answer is JsonArray list ? list.Select(item => (string)item!["label"]!) : [(string)answer["label"]!]);
        IContestant[] contestants =
        [
            Service(1), Service(WideRequest),
            new OnnxContestant("1a: ONNX Runtime in process, batches of 32 as they come", onnx, inputs, byLength: false),
            new OnnxContestant("1b: ONNX Runtime in process, batches of 32 by length", onnx, inputs, byLength: true),
            Node(1), Node(WideRequest),
        ];
        await CompareAnswersAsync(contestants, Math.Min(Compared, inputs.Count));

        var passes = contestants.Select(_ => new List<Pass>()).ToArray();
        var products = new List<double>();
        using var profile = new Profile(service);
        foreach (var contestant in contestants)
        {
            // Whatever happens only once shall not be measured.
            await contestant.RunAsync();
        }

        for (var repetition = 0; repetition < settings.Repetitions; repetition++)
        {
            foreach (var turn in Enumerable.Range(repetition, contestants.Length).Select(turn => turn % contestants.Length))
            {
                if (turn > 0)
                {
                    passes[turn].Add(await contestants[turn].RunAsync());
                    continue;
                }

                // Beside the turn that is held against it: what else a machine has to do comes and goes.
                var before = MatrixProduct.Measure();
                passes[turn].Add(await profile.WatchAsync(contestants[turn].RunAsync));
                products.Add((before + MatrixProduct.Measure()) / 2);
            }
        }

        var rates = passes.Select(own => new Spread([.. own.Select(pass => pass.TextsPerSecond)])).ToArray();
        var work = tokens.Average(ids => ModelWork.OfText(onnx.Config, ids.Length));
        var share = new Spread([.. rates[0].Values.Select(rate => rate * work)]).Over(new Spread(products));
        report.Add("Throughput", Table(contestants, passes, rates) + Environment.NewLine + Work(onnx.Config, tokens, work, share, products));
        report.Add("Where the time of the service goes", profile.Describe(Load(1)));
        report.FaultIf(passes.SelectMany(own => own).Any(pass => pass.Failures != Pass.NoFailures), "Throughput: a request was not answered with 200.");
        foreach (var (load, own, peer) in new[] { (Load(1), 0, 4), (Load(WideRequest), 1, 5) })
        {
            report.AtLeast(1.4, rates[own].Over(rates[2]).Median, $"throughput over HTTP, {load}: × 1a");
            report.AtLeast(0.9, rates[own].Over(rates[3]).Median, $"throughput over HTTP, {load}: × 1b");
            report.AtLeast(3, rates[own].Over(rates[peer]).Median, $"throughput over HTTP, {load}: × 2");
        }

        report.AtLeast(0.8, share.Median, $"share of the matrix-product rate on real tokens, {Load(1)}");
        report.AtMost(0.15, profile.ShareBesideInference, $"HTTP, JSON, tokenization and all else but the model, share of the service's CPU time, {Load(1)}");
    }

    private string Load(int perRequest) => perRequest == 1
        ? FormattableString.Invariant($"{settings.Clients} clients × 1 text")
        : FormattableString.Invariant($"{settings.Clients} clients × {perRequest} texts");

    private static void RequireEqual(List<int[]> ours, IReadOnlyList<int[]> peers)
    {
        var different = ours.Zip(peers).Count(pair => !pair.First.AsSpan().SequenceEqual(pair.Second));
        if (different > 0 || ours.Count != peers.Count)
        {
            throw new InvalidOperationException($"The Node server tokenizes {different} of {ours.Count} texts in another way; it would do other work.");
        }
    }

    // Rounding decides where two labels are equally likely, and there alone.
    private static async Task CompareAnswersAsync(IReadOnlyList<IContestant> contestants, int count)
    {
        var expected = await contestants[0].LabelsAsync(count);
        foreach (var contestant in contestants.Skip(1))
        {
            var different = (await contestant.LabelsAsync(count)).Zip(expected).Count(pair => pair.First != pair.Second);
            if (different > count / 256)
            {
                throw new InvalidOperationException($"{contestant.Name} answers {different} of {count} texts in another way.");
            }
        }
    }

    private static string Table(IReadOnlyList<IContestant> contestants, IReadOnlyList<List<Pass>> passes, IReadOnlyList<Spread> rates)
    {
        var table = new StringBuilder()
            .AppendLine("| who | texts/s: median (lowest to highest) | × 1a | × 1b | × 2, same load | client's share of the CPU time | refused and asked again | failed |")
            .AppendLine("|---|---|---|---|---|---|---|---|");
        for (var i = 0; i < contestants.Count; i++)
        {
            var (server, client) = (passes[i].Sum(pass => pass.ServerCpu.TotalSeconds), passes[i].Sum(pass => pass.ClientCpu.TotalSeconds));
            var ratios = i < 2 ? [rates[2], rates[3], rates[i + 4]] : Array.Empty<Spread>();
            table.AppendLine(CultureInfo.InvariantCulture, $"| {contestants[i].Name} | {rates[i].Format("F0")} | {string.Join(" | ", Enumerable.Range(0, 3).Select(peer => peer < ratios.Length ? rates[i].Over(ratios[peer]).Format("F2") : ""))} | {(client > 0 ? (client / (client + server)).ToString("P1", CultureInfo.InvariantCulture) : "")} | {passes[i].Sum(pass => pass.Refused)} | {string.Join(", ", passes[i].Select(pass => pass.Failures).Distinct())} |");
        }

        return table.ToString();
    }

    private static string Work(ClassifierConfig config, List<int[]> tokens, double work, Spread share, List<double> products) => string.Create(
        CultureInfo.InvariantCulture,
        $"{config.Encoder.Layers} layers × {config.Encoder.HiddenSize}. {tokens.Count} texts a turn, in the order of their file, {tokens.Average(ids => ids.Length):F1} tokens each; {tokens.Chunk(32).Sum(batch => (double)batch.Length * batch.Max(ids => ids.Length)) / tokens.Sum(ids => ids.Length) - 1:P0} of padding on top in batches of 32 as they come. A text takes {work / 1e9:F3} GFLOP without padding. Matrix product, n = 1024: {new Spread([.. products.Select(product => product / 1e9)]).Format("F0")} GFLOP/s; share of it that the service reaches: {share.Format("F2")}.");
}
