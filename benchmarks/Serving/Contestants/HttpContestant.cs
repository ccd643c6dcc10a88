using System.Text.Json.Nodes;
using FeedbackService.ServingBenchmark.Load;

namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>A server that clients ask over HTTP.</summary>
/// <param name="name">What it is.</param>
/// <param name="requester">Its route.</param>
/// <param name="bodies">All texts, in requests.</param>
/// <param name="texts">How many texts these are.</param>
/// <param name="clients">How many ask at once.</param>
/// <param name="cpu">CPU time of its process so far.</param>
/// <param name="labels">Reads the labels of an answer.</param>
internal sealed class HttpContestant(
    string name, Requester requester, IReadOnlyList<byte[]> bodies, int texts, int clients, Func<TimeSpan> cpu, Func<JsonNode, IEnumerable<string>> labels) : IContestant
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> LabelsAsync(int count)
    {
        var perRequest = (texts + bodies.Count - 1) / bodies.Count;
        IReadOnlyList<byte[]> asked = [.. bodies.Take((count + perRequest - 1) / perRequest)];
        var answers = new string[asked.Count][];
        var loop = new ClosedLoop(requester, asked, clients) { OnAnswer = (number, _, answer) => answers[number] = [.. labels(JsonNode.Parse(answer.Body)!)] };
        var result = await loop.RunAsync();
        return result.IsSound ? [.. answers.SelectMany(own => own).Take(count)] : throw new InvalidOperationException($"{name}: {result.FirstFailure}");
    }

    /// <inheritdoc/>
    public async Task<Pass> RunAsync()
    {
        var before = cpu();
        var result = await new ClosedLoop(requester, bodies, clients).RunAsync();
        return new Pass(texts / result.Elapsed.TotalSeconds, cpu() - before, result.ClientCpu, result.Refused, result.Failures);
    }
}
