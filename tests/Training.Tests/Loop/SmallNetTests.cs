using System.Globalization;
using System.Text.RegularExpressions;
using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>
/// Seed items 4-12 and 4-13: the net 2 → 4 → 1 with sigmoids, binary cross-entropy and SGD of rate 0.01, whose log of eleven lines its code cannot print. This
/// one is really trained; docs/seeds.md holds its log.
/// </summary>
public sealed partial class SmallNetTests
{
    private const int Seed = 42;
    private const int Points = 400;
    private const int BatchSize = 4;
    private const int Epochs = 100;

    [Fact]
    public void Log_IsTheOneInTheDocument_AndBeginsAtGuessing()
    {
        var (parameters, first, log) = Train();

        Assert.Equal(17, parameters);
        Assert.Equal(Math.Log(2), first, 0.1);
        Assert.Equal(Enumerable.Range(1, Epochs / 10).Select(line => line * 10), log.Select(line => line.Epoch));
        Assert.Equal(log.Select(line => line.Loss).OrderDescending(), log.Select(line => line.Loss));
        Assert.True(log[^1].Loss < 0.1, $"{log[^1].Loss}");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', log.Select(line => FormattableString.Invariant($"Epoch [{line.Epoch}/{Epochs}], Loss: {line.Loss:f4}"))));
        // 2e-3: sums run in another order on other processors.
        Assert.Equal(Recorded(), log, (recorded, printed) => recorded.Epoch == printed.Epoch && Math.Abs(recorded.Loss - printed.Loss) < 2e-3);
    }

    private static (long Parameters, double FirstLoss, IReadOnlyList<(int Epoch, double Loss)> Log) Train()
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        using var net = nn.Sequential(("hidden", nn.Linear(2, 4)), ("sigmoid", new Activation(ActivationKind.Sigmoid)), ("output", nn.Linear(4, 1)));
        using var objective = new ClassificationObjective(HeadKind.MultiLabel, 0, null, CPU);
        using var optimizer = optim.SGD(net.parameters(), learningRate: 0.01);
        var random = new Random(Seed);
        var points = Enumerable.Range(0, Points).Select(_ => Point(random)).ToArray();
        var first = Loss(net, objective, points).item<float>();
        var log = new List<(int Epoch, double Loss)>();
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            random.Shuffle(points);
            var losses = points.Chunk(BatchSize).Select(batch => Step(net, objective, optimizer, batch)).ToArray();
            if (epoch % 10 == 0)
            {
                // Mean over the epoch: the last batch alone says little.
                log.Add((epoch, losses.Average()));
            }
        }

        return (net.parameters().Sum(parameter => parameter.numel()), first, log);
    }

    /// <summary>Two squares of side 2 around (2, 2) and (−2, −2).</summary>
    private static (float X, float Y, bool Positive) Point(Random random)
    {
        var positive = random.Next(2) == 1;
        var centre = positive ? 2f : -2f;
        return (centre + (2 * random.NextSingle()) - 1, centre + (2 * random.NextSingle()) - 1, positive);
    }

    private static double Step(
        nn.Module<Tensor, Tensor> net, ClassificationObjective objective, optim.Optimizer optimizer, (float X, float Y, bool Positive)[] batch)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = Loss(net, objective, batch);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private static Tensor Loss(nn.Module<Tensor, Tensor> net, ClassificationObjective objective, (float X, float Y, bool Positive)[] batch)
    {
        var input = tensor(batch.SelectMany(point => new[] { point.X, point.Y }).ToArray(), [batch.Length, 2]);
        IReadOnlyList<int>[] labels = [.. batch.Select(point => (IReadOnlyList<int>)(point.Positive ? [0] : []))];
        return objective.Loss(net.call(input), objective.Targets(labels, 1, CPU));
    }

    private static List<(int Epoch, double Loss)> Recorded([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
    [
        .. File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/seeds.md")).Select(line => LogLine().Match(line)).Where(match => match.Success)
            .Select(match => (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))),
    ];

    [GeneratedRegex(@"^Epoch \[(\d+)/100\], Loss: ([\d.]+)$")]
    private static partial Regex LogLine();
}
