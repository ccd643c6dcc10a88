using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using FeedbackService.Model.Checkpoints;
using FeedbackService.ServingBenchmark.Load;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>The alias that clients ask by goes back and forth between two versions while they ask.</summary>
internal sealed class HotSwap(Settings settings, TrainedModels models) : ISection
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        string[] versions = [await models.PlainAsync(), await models.WithRoundsAsync()];
        await using var service = await ServiceProcess.StartAsync(versions);
        using var http = new HttpClient { BaseAddress = service.Address };
        using var requester = new Requester(service.Classify);
        var inputs = TestSet.TestPart(settings).Inputs;
        var answers = new ConcurrentBag<(long Sent, long Answered, int Version)>();
        var clients = new ClosedLoop(requester, Bodies.Of(inputs, 1, ServedModel.Name), settings.Clients)
        {
            OnAnswer = (_, sent, answer) => answers.Add((sent, Stopwatch.GetTimestamp(), VersionOf(answer.Body))),
        };
        await MoveAsync(http, 1);
        await clients.RunAsync(TimeSpan.FromSeconds(2));
        answers.Clear();

        using var end = new CancellationTokenSource();
        var load = clients.RunAsync(end.Token);
        var moves = new List<(long Asked, long Done, int Version)>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < settings.Duration;)
        {
            await Task.Delay(Every);
            var (asked, version) = (Stopwatch.GetTimestamp(), 2 - (moves.Count % 2));
            await MoveAsync(http, version);
            moves.Add((asked, Stopwatch.GetTimestamp(), version));
        }

        await end.CancelAsync();
        var result = await load;
        var stale = answers.Count(answer => IsStale(answer, moves));
        var took = moves.Select(move => Stopwatch.GetElapsedTime(move.Asked, move.Done).TotalMilliseconds).ToList();
        report.Add("Hot swap", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | requests | by version 1 / 2 | moves of the alias | a move takes, p50 / slowest ms | failed | refused | by the old version, though asked after the move was done | p50 / p99 / slowest ms |
            |---|---|---|---|---|---|---|---|
            | {result.Milliseconds.Count} | {answers.Count(answer => answer.Version == 1)} / {answers.Count(answer => answer.Version == 2)} | {moves.Count} | {Spread.Percentile(took, 0.5):F0} / {took.Max():F0} | {result.Failures} | {result.Refused} | {stale} | {result.Percentile(0.5):F0} / {result.Percentile(0.99):F0} / {result.Percentile(1):F0} |

            {settings.Clients} clients with one text each. Feedback rounds of version 1 and 2: {string.Join(" and ", versions.Select(folder => ArtifactReader.Open(folder).ReadConfig().Feedback?.Rounds ?? 0))}.
            """));
        report.FaultIf(!result.IsSound || result.Refused > 0, $"Hot swap: a request failed: {result.FirstFailure}");
        report.FaultIf(stale > 0, "Hot swap: a request that came after a move was answered by the version before it.");
        report.AtMost(0, result.Failed.Values.Sum() + result.Refused, "hot swap under load: failed requests");
    }

    private static async Task MoveAsync(HttpClient http, int version)
    {
        using var answer = await http.PutAsJsonAsync($"/v1/registry/models/{ServedModel.Name}/aliases/production", new { version, reason = "benchmark" });
        answer.EnsureSuccessStatusCode();
    }

    // The answer names its version; a search is cheaper than to read all of it.
    private static int VersionOf(byte[] body)
    {
        var name = Encoding.UTF8.GetBytes($"\"{ServedModel.Name}:");
        return body[body.AsSpan().IndexOf(name) + name.Length] - '0';
    }

    private static bool IsStale((long Sent, long Answered, int Version) answer, List<(long Asked, long Done, int Version)> moves)
    {
        var last = moves.FindLastIndex(move => move.Done <= answer.Sent);
        return last >= 0 && moves[last].Version != answer.Version && (last + 1 == moves.Count || moves[last + 1].Asked > answer.Answered);
    }
}
