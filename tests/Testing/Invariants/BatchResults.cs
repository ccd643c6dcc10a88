using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeedbackService.Testing.Invariants;

/// <summary>I2 and I3 of batches and evaluations: every line of a batch has one answer, in order, and none was refused by an outage; equal evaluations have equal reports.</summary>
internal static class BatchResults
{
    private const string One = "I2";
    private const string Whole = "I3";
    private const double Tolerance = 1e-3;

    // What a line is told that met an outage of the service and not a fault of its own.
    private static readonly string[] Outages = ["database_unavailable", "storage_unavailable", "internal_error", "artifact_damaged", "timeout"];

    public static IEnumerable<Violation> Check(DatabaseImage image, IStoredFiles stored) =>
        image.Works.Where(work => work.Kind == "Batch").SelectMany(work => CheckBatch(work, image, stored)).Concat(CheckEvaluations(image));

    private static IEnumerable<Violation> CheckBatch(DatabaseImage.Work batch, DatabaseImage image, IStoredFiles stored)
    {
        var progress = JsonNode.Parse(batch.Progress ?? "{}")!;
        List<JsonNode> asked, answered, refused;
        Violation? unreadable = null;
        try
        {
            asked = Lines((string?)JsonNode.Parse(batch.Spec)!["input_file"], image, stored);
            answered = Lines((string?)progress["output_file"], image, stored);
            refused = Lines((string?)progress["error_file"], image, stored);
        }
        catch (Exception fault) when (fault is IOException or JsonException or InvalidOperationException)
        {
            (asked, answered, refused) = ([], [], []);
            unreadable = new Violation(Whole, batch.JobId, $"its files cannot be read: {fault.Message}");
        }
        if (unreadable is not null)
        {
            yield return unreadable;
            yield break;
        }
        var ids = asked.ConvertAll(Id);
        var place = ids.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        foreach (var file in new[] { answered, refused })
        {
            var places = file.ConvertAll(line => place.GetValueOrDefault(Id(line), -1));
            if (places.Contains(-1) || places.Zip(places.Skip(1)).Any(pair => pair.First >= pair.Second))
            {
                yield return new Violation(One, batch.JobId, "has answers out of order, twice, or to what was not asked");
            }
        }
        if (answered.Concat(refused).Select(Id).Distinct(StringComparer.Ordinal).Count() != ids.Count || answered.Count + refused.Count != ids.Count)
        {
            yield return new Violation(One, batch.JobId, $"has {answered.Count} answers and {refused.Count} refusals to {ids.Count} lines");
        }
        if (refused.Find(line => Outages.Contains((string?)line["error"]?["code"])) is { } outage)
        {
            yield return new Violation(Whole, batch.JobId, $"tells a line of an outage: {outage.ToJsonString()}");
        }
    }

    private static IEnumerable<Violation> CheckEvaluations(DatabaseImage image) => image.Works.Where(work => work.Kind == "Evaluate")
        .GroupBy(work => work.Spec, StringComparer.Ordinal)
        .Where(same => same.Skip(1).Any(work => !Same(JsonNode.Parse(same.First().Result!), JsonNode.Parse(work.Result!))))
        .Select(same => new Violation(Whole, same.First().JobId, $"and {same.Count() - 1} equal evaluations have different reports"));

    // Texts are evaluated in whatever batches they come to lie in, which changes the last digits of a probability, and nothing that is counted.
    private static bool Same(JsonNode? one, JsonNode? other) => (one, other) switch
    {
        (JsonObject left, JsonObject right) => left.Count == right.Count && left.All(member => right.ContainsKey(member.Key) && Same(member.Value, right[member.Key])),
        (JsonArray left, JsonArray right) => left.Count == right.Count && left.Zip(right).All(pair => Same(pair.First, pair.Second)),
        (JsonValue left, JsonValue right) when left.GetValueKind() == JsonValueKind.Number && right.GetValueKind() == JsonValueKind.Number =>
            Math.Abs(left.GetValue<double>() - right.GetValue<double>()) < Tolerance,
        _ => JsonNode.DeepEquals(one, other),
    };

    private static List<JsonNode> Lines(string? file, DatabaseImage image, IStoredFiles stored)
    {
        if (file is null)
        {
            return [];
        }
        var sha256 = image.Files.Single(row => row.Id == file).Sha256;
        return [.. File.ReadLines(stored.FetchFile($"files/{sha256[..2]}/{sha256}")).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Id(JsonNode line) => (string?)line["custom_id"] ?? "";
}
