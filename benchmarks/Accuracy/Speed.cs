using System.Diagnostics;
using System.Globalization;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Accuracy;

/// <summary>Texts per second of the arms of a study, one after the other again and again in one process, with all processors.</summary>
internal static class Speed
{
    private const int Texts = 512;
    private const int BatchSize = 32;
    private const int Repetitions = 7;

    /// <summary>Median over the repetitions; arms without an artifact are left out.</summary>
    public static IReadOnlyDictionary<string, double> Measure(Study study, string data, string work)
    {
        TorchRuntime.SetThreads(Environment.ProcessorCount);
        using var reader = DatasetReader.Open(Path.Combine(data, study.Set, "test.csv"));
        var inputs = reader.ReadTexts().Take(Texts).Select(row => row.Input).ToList();
        var there = study.Arms.Select(arm => (arm.Name, Folder: Runner.ArtifactFolders(work, study, arm).LastOrDefault())).Where(arm => arm.Folder is not null).ToList();
        var predictors = there.ToDictionary(arm => arm.Name, arm => Predictor.Load(arm.Folder!, TorchSharp.torch.CPU));
        var seconds = there.ToDictionary(arm => arm.Name, _ => new List<double>());
        for (var repetition = 0; repetition <= Repetitions; repetition++)
        {
            foreach (var (name, predictor) in predictors)
            {
                var began = Stopwatch.GetTimestamp();
                var texts = inputs.Select(input => predictor.Tokenize(input)).OrderBy(text => text.Ids.Length).ToList();
                foreach (var batch in texts.Chunk(BatchSize))
                {
                    predictor.Predict(batch, PredictionOptions.Default);
                }

                // The first one warms up.
                if (repetition > 0)
                {
                    seconds[name].Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
            }
        }

        foreach (var predictor in predictors.Values)
        {
            predictor.Dispose();
        }

        return seconds.ToDictionary(pair => pair.Key, pair => Math.Round(inputs.Count / pair.Value.Order().ElementAt(Repetitions / 2), 1));
    }

    /// <summary>For a table.</summary>
    public static string Format(double perSecond) => perSecond.ToString("F0", CultureInfo.InvariantCulture);
}
