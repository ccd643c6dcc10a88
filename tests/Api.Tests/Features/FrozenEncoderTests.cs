using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Features;

/// <summary>A registered model as fixed features of another task, over HTTP.</summary>
public sealed class FrozenEncoderTests
{
    private const string Base = """{"n_epochs":4,"batch_size":8,"hidden_size":16,"vocabulary_size":200,"max_tokens":32,"rounds":0,"learning_rate":0.01,"validation_split":0.2}""";
    private const string Frozen = """{"freeze_encoder":true,"rounds":1,"feedback_heads":2,"head_hidden_size":8,"n_epochs":4,"batch_size":8,"learning_rate":0.01,"validation_split":0.2}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_TrainsANewHeadAndALoop_OnTheBasesEncoder()
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();
        await TrainingTour.TrainAsync(client, Topics("sport", "money"), "gru", "topics", Base);

        var job = await TrainingTour.TrainAsync(client, Topics("play", "work"), "topics", "spheres", Frozen);

        Assert.True((bool)job["method"]!["supervised"]!["hyperparameters"]!["freeze_encoder"]!);
        var (before, after) = (await TensorsAsync(client, "topics"), await TensorsAsync(client, "spheres"));
        Assert.All(before.Where(tensor => tensor.Key.StartsWith("encoder.", StringComparison.Ordinal)), tensor => Assert.Equal(tensor.Value, after[tensor.Key]));
        Assert.Equal(before.Keys.Count(name => name.StartsWith("encoder.", StringComparison.Ordinal)), after.Keys.Count(name => name.StartsWith("encoder.", StringComparison.Ordinal)));
        Assert.Contains("head.hidden.projection.weight", after.Keys);
        Assert.Contains("feedback_loop.label_embedding", after.Keys);
        var answer = await TrainingTour.ClassifyAsync(client, "spheres", "goal match team goal");
        Assert.Equal(("play", 1), ((string)answer["label"]!, (int)answer["rounds"]!));
    }

    private static async Task<Dictionary<string, byte[]>> TensorsAsync(HttpClient client, string model)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, await client.GetByteArrayAsync($"/v1/registry/models/{model}/versions/1/artifacts/model.safetensors", Cancel), Cancel);
            using var reader = SafetensorsReader.Open(path);
            using var scope = NewDisposeScope();
            return reader.Entries.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name).bytes.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Topics(string first, string second)
    {
        var random = new Random(5);
        string[][] words = [["goal", "match", "team", "score"], ["bank", "stock", "market", "fund"]];
        return string.Concat(Enumerable.Range(0, 120).Select(row =>
            $"{string.Join(' ', Enumerable.Range(0, random.Next(3, 9)).Select(_ => words[row % 2][random.Next(4)]))} {random.Next(100)},{(row % 2 == 0 ? first : second)}\n").Prepend("text,label\n"));
    }
}
