using System.Globalization;
using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Keeps the predictions of evaluations as JSON lines, in the order of the file: <c>evaluations/{id}.{epoch}.jsonl</c>. The epoch of the
/// claim that succeeded stays in the job's row; what a holder that was declared dead writes has another name.
/// </summary>
/// <param name="folder">The data folder, for what is in the making.</param>
/// <param name="store">Where they are kept.</param>
internal sealed class EvaluationPredictions(DataFolder folder, IContentStore store)
{
    /// <summary>What their keys begin with.</summary>
    public const string Prefix = "evaluations";

    private const string Extension = ".jsonl";

    /// <summary>Key of what a claim of an evaluation has written.</summary>
    public static string KeyOf(string evaluationId, long epoch) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}/{evaluationId}.{epoch}{Extension}");

    /// <summary>Whose predictions a key names. Without an epoch: of an earlier version of the service.</summary>
    public static (string EvaluationId, long? Epoch) Parse(string key)
    {
        var parts = key.Split('/')[^1].Split('.');
        return (parts[0], long.TryParse(parts[1], CultureInfo.InvariantCulture, out var epoch) ? epoch : null);
    }

    /// <summary>Writes all predictions and makes them visible at once.</summary>
    /// <param name="evaluationId">The evaluation.</param>
    /// <param name="epoch">Of the claim.</param>
    /// <param name="predictions">In the order of the file.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    public async Task WriteAsync(string evaluationId, long epoch, IAsyncEnumerable<EvaluationPrediction> predictions, CancellationToken cancellationToken)
    {
        var unfinished = Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));
        try
        {
            await using (var writer = new StreamWriter(unfinished))
            {
                await foreach (var prediction in predictions.WithCancellation(cancellationToken))
                {
                    await writer.WriteLineAsync(JsonSerializer.Serialize(prediction, ApiJson.Options).AsMemory(), cancellationToken);
                }
            }

            await store.PutFileAsync(KeyOf(evaluationId, epoch), unfinished, cancellationToken);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The predictions of an evaluation that has succeeded; null when there are none, for they go some time after.</summary>
    public async Task<IEnumerable<EvaluationPrediction>?> FindAsync(JobRow evaluation, CancellationToken cancellationToken) =>
        (await FindAsync(KeyOf(evaluation.Id, evaluation.LeaseEpoch), cancellationToken) ?? await FindAsync($"{Prefix}/{evaluation.Id}{Extension}", cancellationToken)) is { } path
            ? File.ReadLines(path).Select(line => JsonSerializer.Deserialize<StoredPrediction>(line, ApiJson.Options)!.ToPrediction())
            : null;

    private async Task<string?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetFileAsync(key, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // The constant member `object` is written but has no setter to be read back by.
    private sealed record StoredPrediction(
        string Object, long Line, string Text, string? TextPair, IReadOnlyList<string> True, IReadOnlyList<string> Predicted, double Score)
    {
        public EvaluationPrediction ToPrediction() => new(Line, Text, TextPair, True, Predicted, Score);
    }
}
