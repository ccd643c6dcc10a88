using System.Diagnostics;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>ONNX Runtime over all texts in padded batches, without HTTP.</summary>
/// <param name="name">What it is.</param>
/// <param name="peer">The loaded model.</param>
/// <param name="inputs">All texts.</param>
/// <param name="byLength">The texts are all there, and sorted by length before they are cut into batches; else they are taken as they come.</param>
internal sealed class OnnxContestant(string name, OnnxPeer peer, IReadOnlyList<TextInput> inputs, bool byLength) : IContestant
{
    private const int BatchSize = 32;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> LabelsAsync(int count) => Task.FromResult(Classify([.. inputs.Take(count)]));

    /// <inheritdoc/>
    public Task<Pass> RunAsync()
    {
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        Classify(inputs);
        return Task.FromResult(new Pass(
            inputs.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, Environment.CpuUsage.TotalTime - cpu, TimeSpan.Zero, 0, Pass.NoFailures));
    }

    private IReadOnlyList<string> Classify(IReadOnlyList<TextInput> texts)
    {
        var labels = new string[texts.Count];
        var tokens = texts.Select((input, index) => (Ids: peer.Tokenize(input), Index: index));
        foreach (var batch in (byLength ? tokens.OrderBy(text => text.Ids.Length) : tokens).Chunk(BatchSize))
        {
            var answers = peer.Classify([.. batch.Select(text => text.Ids)]);
            for (var text = 0; text < batch.Length; text++)
            {
                labels[batch[text].Index] = answers[text];
            }
        }

        return labels;
    }
}
