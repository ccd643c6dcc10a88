using System.Text;
using System.Text.Json.Nodes;

namespace FeedbackService.Testing.Load;

/// <summary>Data and options of jobs that take a second or two.</summary>
public static class TinyJobs
{
    private static readonly string[] Sport = ["match", "goal", "team", "coach", "league"];
    private static readonly string[] Money = ["shares", "bank", "profit", "market", "price"];
    private static readonly string[] Verbs = ["rose", "fell", "was won", "was lost", "surprised all"];

    /// <summary>A labelled file, the same for the same seed.</summary>
    public static string Csv(int rows, int seed)
    {
        var text = new StringBuilder("text,label\n");
        foreach (var (line, label) in Texts(rows, seed))
        {
            text.Append(line).Append(',').Append(label).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A file of requests to a model, one text each.</summary>
    public static string BatchLines(int lines, string model, int seed)
    {
        var text = new StringBuilder();
        foreach (var (index, (line, _)) in Texts(lines, seed).Index())
        {
            var request = new JsonObject
            {
                ["custom_id"] = $"c{index}",
                ["method"] = "POST",
                ["url"] = "/v1/classify",
                ["body"] = new JsonObject { ["model"] = model, ["input"] = line },
            };
            text.Append(request.ToJsonString()).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Options of a small training; its length goes with the epochs.</summary>
    public static JsonObject Hyperparameters(int epochs) => new()
    {
        ["n_epochs"] = epochs,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["buckets"] = 4096,
        ["early_stopping_patience"] = 0,
    };

    private static IEnumerable<(string Text, string Label)> Texts(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var sport = i % 2 == 0;
            var nouns = sport ? Sport : Money;
            yield return ($"the {nouns[random.Next(nouns.Length)]} number {i} {Verbs[random.Next(Verbs.Length)]}", sport ? "sport" : "money");
        }
    }
}
