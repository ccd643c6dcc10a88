using System.Diagnostics;
using System.Globalization;
using FeedbackService.Model.Inference;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>A file of requests through the queue, beside the same predictor over the same texts in this process.</summary>
internal sealed class BatchFile(Settings settings, TrainedModels models) : ISection
{
    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        var inputs = TestSet.TestPart(settings).Inputs;
        var artifact = await models.PlainAsync();
        using var predictor = OwnPredictor.Load(artifact);
        await using var service = await ServiceProcess.StartAsync(artifact);
        using var http = new HttpClient { BaseAddress = service.Address };
        var client = new BatchClient(http);
        var file = await client.UploadAsync(inputs, ServedModel.Version(1));
        var (batch, arrival, sorted) = (new List<double>(), new List<double>(), new List<double>());
        for (var repetition = 0; repetition <= settings.Repetitions; repetition++)
        {
            var (took, own, byLength) = (await client.RunAsync(file, inputs.Count), InProcess(byLength: false), InProcess(byLength: true));
            // The first one warms up.
            if (repetition > 0)
            {
                batch.Add(inputs.Count / took.TotalSeconds);
                arrival.Add(inputs.Count / own);
                sorted.Add(inputs.Count / byLength);
            }
        }

        var (rate, own1, own2) = (new Spread(batch), new Spread(arrival), new Spread(sorted));
        report.Add("Batch files", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | who | lines/s: median (lowest to highest) | batch file, × this |
            |---|---|---|
            | batch file of {inputs.Count} lines, from the order until it is completed | {rate.Format("F0")} | |
            | predictor in process, 64 under way, as they come | {own1.Format("F0")} | {rate.Over(own1).Format("F3")} |
            | predictor in process, 64 under way, by length | {own2.Format("F0")} | {rate.Over(own2).Format("F3")} |
            """));
        report.AtLeast(0.95, rate.Over(own1).Median, "batch file: × the in-process rate as the lines come");
        report.AtLeast(0.95, rate.Over(own2).Median, "batch file: × the in-process rate by length");

        double InProcess(bool byLength)
        {
            var began = Stopwatch.GetTimestamp();
            PredictorPass.Run(predictor, [.. inputs.Select(input => predictor.Tokenize(input))], PredictionOptions.Default, byLength);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }
}
