using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Accuracy;

/// <summary>The test part of a set.</summary>
internal static class TestPart
{
    private const int BatchSize = 64;

    /// <summary>Classifies all of it.</summary>
    /// <param name="artifact">Folder of the model.</param>
    /// <param name="data">Folder of the set.</param>
    /// <returns>Round by round, whether each text was right.</returns>
    public static bool[][] Classify(string artifact, string data)
    {
        using var predictor = Predictor.Load(artifact, TorchSharp.torch.CPU);
        using var reader = DatasetReader.Open(Path.Combine(data, "test.csv"));
        var test = reader.ReadTexts().ToList();
        var right = Enumerable.Range(0, predictor.MaxRounds + 1).Select(_ => new bool[test.Count]).ToArray();
        var labels = predictor.Config.Labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
        var texts = test.Select(row => predictor.Tokenize(row.Input)).ToList();
        foreach (var batch in Enumerable.Range(0, test.Count).OrderBy(text => texts[text].Ids.Length).Chunk(BatchSize))
        {
            var predictions = predictor.Predict([.. batch.Select(text => texts[text])], new PredictionOptions { WithTrace = true });
            for (var i = 0; i < batch.Length; i++)
            {
                foreach (var round in predictions[i].Trace!)
                {
                    var best = Array.IndexOf(round.Probabilities, round.Probabilities.Max());
                    right[round.Round][batch[i]] = labels.GetValueOrDefault(test[batch[i]].Labels[0], -1) == best;
                }
            }
        }

        return right;
    }
}
