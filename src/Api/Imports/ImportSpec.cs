using System.Text.Json;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Imports;

/// <summary>What an import was asked to do: the <c>SpecJson</c> of a job of kind Import.</summary>
/// <param name="Name">The model that the version becomes one of.</param>
/// <param name="Repository">Repository at the hub.</param>
/// <param name="Revision">Commit, 40 hex digits.</param>
internal sealed record ImportSpec(string Name, string Repository, string Revision)
{
    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored.</summary>
    public static ImportSpec FromJson(string json) => JsonSerializer.Deserialize<ImportSpec>(json, ApiJson.Options)!;
}
