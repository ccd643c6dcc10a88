using System.Text.Json;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What a batch was asked to do: the <c>SpecJson</c> of a job of kind Batch.</summary>
/// <param name="InputFile">Id of the file of requests.</param>
/// <param name="Endpoint">Route that the requests are for.</param>
/// <param name="OutputSeconds">How long the files it makes are kept, in seconds; null: until they are deleted.</param>
internal sealed record BatchSpec(string InputFile, string Endpoint, long? OutputSeconds)
{
    /// <summary>The one route that batches can ask.</summary>
    public const string Classify = "/v1/classify";

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored.</summary>
    public static BatchSpec FromJson(string json) => JsonSerializer.Deserialize<BatchSpec>(json, ApiJson.Options)!;
}
