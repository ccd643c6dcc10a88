using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeedbackService.Api.Features.Classify;

/// <summary>An accepted asynchronous classification.</summary>
/// <param name="Id"><c>cls_…</c>; ask for it at <c>/v1/classifications/{id}</c>.</param>
/// <param name="Object">Always <c>classification</c>.</param>
/// <param name="Status">Always <c>queued</c>.</param>
public sealed record QueuedClassification(string Id, string Object, string Status);

/// <summary>An asynchronous classification as it stands.</summary>
public sealed record StoredClassification
{
    /// <summary><c>cls_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>classification</c>.</summary>
    public string Object { get; init; } = "classification";

    /// <summary>queued, running, succeeded or failed.</summary>
    public required string Status { get; init; }

    /// <summary>The resolved <c>name:version</c>, once succeeded; the address asked for before.</summary>
    public required string Model { get; init; }

    /// <summary>Unix seconds of the request.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>One per text, once succeeded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Data { get; init; }

    /// <summary>What was read, once succeeded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Usage { get; init; }

    /// <summary>Why it failed, once failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoredClassificationError? Error { get; init; }
}

/// <summary>Why an asynchronous classification failed.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">What to do.</param>
public sealed record StoredClassificationError(string Code, string Message);
