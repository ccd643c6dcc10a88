using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Accuracy;

/// <summary>Runs what is missing, as many trainings at a time as there are processors, one thread each.</summary>
/// <param name="data">Folder of the sets.</param>
/// <param name="work">Folder of the artifacts.</param>
/// <param name="results">What is known already, and where new results go.</param>
/// <param name="deadline">After it no training is begun.</param>
internal sealed class Runner(string data, string work, ResultFile<RunResult> results, DateTimeOffset deadline)
{
    // What the options of the protocol's presets come to on sets of 10,000 texts.
    private const int Hidden = 128;
    private const int Epochs = 8;
    private const int BatchSize = 64;
    private const double HeldOut = 0.1;

    /// <summary>Runs the studies with the seeds; arms that hang on another's result wait for it.</summary>
    /// <returns>Whether all of them have results now.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<Study> studies, IReadOnlyList<int> seeds)
    {
        var chains = (from seed in seeds from study in studies select (study, seed)).ToList();
        var complete = true;
        await Parallel.ForEachAsync(chains, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (chain, _) =>
        {
            foreach (var arm in chain.study.Arms)
            {
                if (!await RunAsync(chain.study, arm, chain.seed))
                {
                    complete = false;
                    return;
                }
            }
        });
        return complete;
    }

    /// <summary>The results of a study as the protocol has it now, arm by arm.</summary>
    public ILookup<string, RunResult> ResultsOf(Study study) =>
        (from arm in study.Arms from seed in Protocol.Seeds where IsReady(study, arm, seed) select Find(study, arm.Name, seed, Options(study, arm, seed))).OfType<RunResult>().ToLookup(result => result.Arm);

    private bool IsReady(Study study, Arm arm, int seed) =>
        !Arm.Rivals.Contains(arm.Name) || (Find(study, Arm.Plain, seed) is not null && Find(study, Arm.Rival, seed) is not null);

    private async Task<bool> RunAsync(Study study, Arm arm, int seed)
    {
        var options = Options(study, arm, seed);
        if (Find(study, arm.Name, seed, options) is not null)
        {
            return true;
        }

        if (TimeProvider.System.GetUtcNow() >= deadline)
        {
            return false;
        }

        var folder = ArtifactFolder(work, study, arm, seed);
        var result = await ChildProcess.AskAsync<RunOrder, RunResult>(
            TrainingChild.Mode, new RunOrder(study.Name, study.Set, Path.Combine(data, study.Set), study.Preset, arm.Name, seed, options, 1, folder));
        // Speed is measured with any seed's: the newest is enough.
        foreach (var older in ArtifactFolders(work, study, arm).Where(path => path != folder))
        {
            Directory.Delete(older, recursive: true);
        }

        results.Add(result);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{study.Name}, {arm.Name}, seed {seed}: {result.Accuracies()[^1]:P2}, {result.Seconds:F0} s"));
        return true;
    }

    /// <summary>Artifacts of an arm that are kept.</summary>
    public static IEnumerable<string> ArtifactFolders(string work, Study study, Arm arm) =>
        Protocol.Seeds.Select(seed => ArtifactFolder(work, study, arm, seed)).Where(Directory.Exists);

    private static string ArtifactFolder(string work, Study study, Arm arm, int seed) =>
        Path.Combine(work, string.Concat($"{study.Name} {arm.Name} {seed}".Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-')));

    private JsonObject Options(Study study, Arm arm, int seed)
    {
        var options = (JsonObject)arm.Options.DeepClone();
        if (!Arm.Rivals.Contains(arm.Name))
        {
            return options;
        }

        var (plain, rival) = (Find(study, Arm.Plain, seed)!, Find(study, Arm.Rival, seed)!);
        var spare = rival.Parameters - plain.Parameters;
        switch (arm.Name)
        {
            case Arm.SameSize:
                // A unit of the pooling costs hidden_size + 2 parameters.
                options["pooling_size"] = (int)Math.Round(spare / (Hidden + 2.0));
                break;
            case Arm.LargerHead:
                // From the pooled 2 · hidden_size to the labels through h units, biases included, in place of the map from one to the other.
                var (pooled, labels) = (2.0 * Hidden, Facts(study.Set).Labels);
                options["head_hidden_size"] = (int)Math.Round((spare + (pooled * labels)) / (pooled + 1 + labels));
                break;
            default:
                var steps = rival.Seconds / (plain.Seconds / plain.Steps);
                options["n_epochs"] = (int)Math.Round(Math.Max(Epochs, steps / Facts(study.Set).StepsPerEpoch));
                break;
        }

        return options;
    }

    private (int Labels, int StepsPerEpoch) Facts(string set)
    {
        using var reader = DatasetReader.Open(Path.Combine(data, set, "train.csv"));
        var labels = reader.ReadTexts().Select(row => row.Labels[0]).ToList();
        return (labels.Distinct(StringComparer.Ordinal).Count(), (int)Math.Ceiling(labels.Count * (1 - HeldOut) / BatchSize));
    }

    private RunResult? Find(Study study, string arm, int seed, JsonObject? options = null) => results.Read().LastOrDefault(result =>
        result.Study == study.Name && result.Arm == arm && result.Seed == seed && (options is null || JsonNode.DeepEquals(result.Options, options)));

}
