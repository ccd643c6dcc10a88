using System.Globalization;

namespace FeedbackService.Accuracy;

/// <summary>Compares pre-training with a start from nothing, set by set and seed by seed, as many at a time as there are processors.</summary>
/// <param name="data">Folder of the sets.</param>
/// <param name="results">What is known already, and where new results go.</param>
/// <param name="deadline">After it none is begun.</param>
/// <param name="sets">Which sets.</param>
/// <param name="epochs">Of the pre-training; null for what it comes with.</param>
internal sealed class PretrainingRunner(string data, ResultFile<PretrainingResult> results, DateTimeOffset deadline, IReadOnlyList<string> sets, int? epochs)
{
    /// <summary>Runs what is missing.</summary>
    /// <returns>Whether all of them have results now.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<int> seeds)
    {
        var missing = (from seed in seeds from set in sets select (set, seed)).Except(results.Read().Select(result => (set: result.Set, seed: result.Seed))).ToList();
        var complete = true;
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (run, _) =>
        {
            if (TimeProvider.System.GetUtcNow() >= deadline)
            {
                complete = false;
                return;
            }

            var result = await ChildProcess.AskAsync<PretrainingOrder, PretrainingResult>(
                PretrainingChild.Mode, new PretrainingOrder(run.set, Path.Combine(data, run.set), run.seed, 1, epochs));
            results.Add(result);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.set}, seed {run.seed}: {string.Join(", ", result.Arms.Select(arm => $"{arm.Accuracy:P2}"))}, {result.Seconds:F0} s to pre-train"));
        });
        return complete;
    }
}
