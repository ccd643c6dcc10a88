using System.Globalization;
using System.Text.Json.Serialization;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Describes a model and the limits of serving in TEI's words.</summary>
internal static class GetInfo
{
    /// <summary>GET /info.</summary>
    public static async Task<Ok<TeiInfo>> HandleAsync(
        string? model, ClassificationService classifications, ModelRegistry registry, IOptions<ServingOptions> serving, CancellationToken cancellationToken)
    {
        var served = await classifications.DescribeAsync(await TeiModel.AddressAsync(model, registry, cancellationToken), cancellationToken);
        var labels = served.Config.Labels;
        return TypedResults.Ok(new TeiInfo
        {
            ModelId = served.Address,
            ModelSha = served.ManifestSha256,
            ServedModelName = served.Name,
            ModelType = new TeiModelType(new TeiClassifier(
                labels.Index().ToDictionary(label => label.Index.ToString(CultureInfo.InvariantCulture), label => label.Item),
                labels.Index().ToDictionary(label => label.Item, label => label.Index))),
            MaxConcurrentRequests = serving.Value.QueueTexts,
            MaxInputLength = served.Config.MaxTokens,
            MaxBatchTokens = serving.Value.BatchTokens,
            MaxBatchRequests = serving.Value.BatchTexts,
        });
    }
}

/// <summary>A model and the limits of serving.</summary>
public sealed record TeiInfo
{
    /// <summary>The resolved <c>name:version</c>.</summary>
    public required string ModelId { get; init; }

    /// <summary>SHA-256 that fixes every file of the model.</summary>
    public required string? ModelSha { get; init; }

    /// <summary>Element type that models compute in.</summary>
    public string ModelDtype { get; init; } = "float32";

    /// <summary>Name of the model.</summary>
    public required string ServedModelName { get; init; }

    /// <summary>What it is, with its labels.</summary>
    public required TeiModelType ModelType { get; init; }

    /// <summary>Texts that may wait at once.</summary>
    public required int MaxConcurrentRequests { get; init; }

    /// <summary>Longest text in tokens; longer ones are cut or refused.</summary>
    public required int MaxInputLength { get; init; }

    /// <summary>Tokens of one batch at most.</summary>
    public required int MaxBatchTokens { get; init; }

    /// <summary>Threads that may tokenize at once.</summary>
    public int TokenizationWorkers { get; init; } = Environment.ProcessorCount;

    /// <summary>Texts of one batch at most.</summary>
    public required int? MaxBatchRequests { get; init; }

    /// <summary>Texts of one request at most.</summary>
    public int MaxClientBatchSize { get; init; } = ClassificationService.MaxItems;

    /// <summary>Whether texts over the limit are cut unless the request says otherwise.</summary>
    public bool AutoTruncate { get; init; } = true;

    /// <summary>Version of this service.</summary>
    public string Version { get; init; } = ServiceVersion.Text;

    /// <summary>Always null: TEI's own revision.</summary>
    public string? Sha { get; init; }

    /// <summary>Always null: TEI's own image.</summary>
    public string? DockerLabel { get; init; }
}

/// <summary>What a model is.</summary>
/// <param name="Classifier">The labels.</param>
public sealed record TeiModelType(TeiClassifier Classifier);

/// <summary>Labels by number and numbers by label.</summary>
/// <param name="Id2Label">Number → label.</param>
/// <param name="Label2Id">Label → number.</param>
public sealed record TeiClassifier(
    [property: JsonPropertyName("id2label")] IReadOnlyDictionary<string, string> Id2Label,
    [property: JsonPropertyName("label2id")] IReadOnlyDictionary<string, int> Label2Id);
