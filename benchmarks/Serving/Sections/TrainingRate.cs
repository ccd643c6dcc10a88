using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Accuracy;
using FeedbackService.ServingBenchmark.Models;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>How much of the machine a training on real texts uses, whose batches are of similar length: one epoch of the plain preset, in a process of its own.</summary>
internal sealed class TrainingRate(Settings settings) : ISection
{
    // Forward once, backward twice as much.
    private const int Passes = 3;

    // Each lasts minutes.
    private const int MostRepetitions = 3;

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("serving-benchmark-");
        try
        {
            var shares = new List<double>();
            var (speeds, products, texts) = (new List<double>(), new List<double>(), 0);
            for (var repetition = 0; repetition < Math.Min(MostRepetitions, settings.Repetitions); repetition++)
            {
                var result = await ChildProcess.AskAsync<TrainingOrder, TrainingResult>(TrainingChild.Mode, new TrainingOrder
                {
                    TrainingFile = Path.Combine(settings.SetFolder, "train.csv"),
                    Preset = settings.Preset,
                    Options = new JsonObject { ["n_epochs"] = 1, ["validation_split"] = 0 },
                    Folder = Path.Combine(folder.FullName, "artifact"),
                });
                texts = result.Texts;
                speeds.Add(result.Tokens / result.Seconds);
                products.Add(result.MatrixProduct.Average());
                shares.Add(speeds[^1] * Passes * result.FlopPerToken / products[^1]);
            }

            report.Add("Training", string.Create(
                CultureInfo.InvariantCulture,
                $"{texts} texts, one epoch, no validation: {new Spread(speeds).Format("F0")} real tokens/s, {Passes} × the operations of the plain pass each. Matrix product before and after, in the same process: {new Spread([.. products.Select(product => product / 1e9)]).Format("F0")} GFLOP/s. Share of it: {new Spread(shares).Format("F2")}."));
            report.AtLeast(0.65, new Spread(shares).Median, "training: share of the matrix-product rate on real tokens");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
