using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Jobs;

/// <summary>Keeps the predictions of evaluations as JSON lines in the data folder, in the order of the file.</summary>
/// <param name="folder">The data folder.</param>
public sealed class EvaluationPredictions(DataFolder folder)
{
    /// <summary>Where all of them lie.</summary>
    public string Root => folder.Resolve("evaluations");

    /// <summary>Where the predictions of an evaluation lie once it has succeeded.</summary>
    public string PathOf(string evaluationId) => folder.Resolve(Path.Combine("evaluations", evaluationId + ".jsonl"));

    /// <summary>Writes all predictions and makes them visible by one rename.</summary>
    /// <param name="evaluationId">The evaluation.</param>
    /// <param name="predictions">In the order of the file.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    public async Task WriteAsync(string evaluationId, IAsyncEnumerable<EvaluationPrediction> predictions, CancellationToken cancellationToken)
    {
        var path = PathOf(evaluationId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));
        await using (var writer = new StreamWriter(unfinished))
        {
            await foreach (var prediction in predictions.WithCancellation(cancellationToken))
            {
                await writer.WriteLineAsync(JsonSerializer.Serialize(prediction, ApiJson.Options).AsMemory(), cancellationToken);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Whether they are there: they come with success and go some time after.</summary>
    public bool Exist(string evaluationId) => File.Exists(PathOf(evaluationId));

    /// <summary>Reads them; none when there are none.</summary>
    public IEnumerable<EvaluationPrediction> Read(string evaluationId)
    {
        var path = PathOf(evaluationId);
        return File.Exists(path)
            ? File.ReadLines(path).Select(line => JsonSerializer.Deserialize<StoredPrediction>(line, ApiJson.Options)!.ToPrediction())
            : [];
    }

    // The constant member `object` is written but has no setter to be read back by.
    private sealed record StoredPrediction(
        string Object, long Line, string Text, string? TextPair, IReadOnlyList<string> True, IReadOnlyList<string> Predicted, double Score)
    {
        public EvaluationPrediction ToPrediction() => new(Line, Text, TextPair, True, Predicted, Score);
    }
}
