using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Batch;
using OpenAI.Files;
using OpenAI.FineTuning;
using OpenAI.Models;

namespace FeedbackService.Clients.Tests.OpenAi;

/// <summary>The clients of the OpenAI package, pointed at the service, and what its tours do again and again.</summary>
public sealed class OpenAiClients(RunningService service)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public OpenAIFileClient Files { get; } = new(new ApiKeyCredential(service.Key), new OpenAIClientOptions { Endpoint = service.BaseUrl });

    public OpenAIModelClient Models { get; } = new(new ApiKeyCredential(service.Key), new OpenAIClientOptions { Endpoint = service.BaseUrl });

    public FineTuningClient FineTuning { get; } = new(new ApiKeyCredential(service.Key), new FineTuningClientOptions { Endpoint = service.BaseUrl });

    public BatchClient Batches { get; } = new(new ApiKeyCredential(service.Key), new BatchClientOptions { Endpoint = service.BaseUrl });

    /// <summary>Labelled texts of two topics.</summary>
    public static string Texts(int count = 40) => "text,label\n" + string.Concat(
        Enumerable.Range(0, count).Select(i => i % 2 == 0 ? $"the match number {i} was won,sport\n" : $"the shares number {i} fell,money\n"));

    public async Task<OpenAIFile> UploadAsync(string? content = null, FileUploadPurpose? purpose = null, string name = "train.csv") =>
        await Files.UploadFileAsync(BinaryData.FromString(content ?? Texts()), name, purpose ?? FileUploadPurpose.FineTune);

    /// <summary>A fine-tune of a small model by the package's own types.</summary>
    public Task<FineTuningJob> FineTuneAsync(string file, int epochs, string suffix) => FineTuning.FineTuneAsync(
        "mlp",
        file,
        waitUntilCompleted: false,
        new FineTuningOptions
        {
            Suffix = suffix,
            Seed = 7,
            TrainingMethod = FineTuningTrainingMethod.CreateSupervised(epochCount: epochs, batchSize: 8),
        },
        Cancel);

    /// <summary>A fine-tune that goes on until it is stopped; the protocol method takes options of the service's own.</summary>
    public async Task<FineTuningJob> FineTuneLongAsync(string file, string suffix) => await FineTuning.FineTuneAsync(
        BinaryContent.Create(BinaryData.FromString(new JsonObject
        {
            ["model"] = "mlp",
            ["training_file"] = file,
            ["suffix"] = suffix,
            ["method"] = new JsonObject
            {
                ["type"] = "supervised",
                ["supervised"] = new JsonObject
                {
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 1000, ["batch_size"] = 8, ["hidden_size"] = 16, ["early_stopping_patience"] = 0 },
                },
            },
        }.ToJsonString())),
        waitUntilCompleted: false,
        new RequestOptions { CancellationToken = Cancel });

    /// <summary>Asks again until the job has a status.</summary>
    public async Task<FineTuningJob> UntilAsync(string id, string status)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var job = await FineTuning.GetJobAsync(id, Cancel);
            if (job.Status == new FineTuningStatus(status))
            {
                return job;
            }
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"{id} is {job.Status} and does not become {status}.");
            await Task.Delay(50, Cancel);
        }
    }

    /// <summary>Asks again until something is there.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } found)
            {
                return found;
            }
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"No {typeof(T).Name} has come.");
            await Task.Delay(50, Cancel);
        }
    }
}
