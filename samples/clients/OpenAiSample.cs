// Fine-tune and classify with the stock NuGet client.
//   dotnet new console -o try && cd try && dotnet add package OpenAI --version 2.15.0
// Put this file there and, in Program.cs:
//   var answer = await FeedbackService.Samples.OpenAiSample.RunAsync(new Uri("http://127.0.0.1:8080"), "any", "train.csv", "my-model", "a new text");
//   Console.WriteLine(answer);
#pragma warning disable OPENAI001 // The package marks its fine-tuning part as subject to change.

using System.ClientModel;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Files;
using OpenAI.FineTuning;

namespace FeedbackService.Samples;

/// <summary>Fine-tune and classify with the stock OpenAI package.</summary>
public static class OpenAiSample
{
    /// <summary>Trains on a file and asks the result for one text.</summary>
    /// <param name="service">Such as <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="key">An API key; any text where the service asks for none.</param>
    /// <param name="path">File with the columns text and label.</param>
    /// <param name="name">What to call the model.</param>
    /// <param name="text">Text to classify.</param>
    /// <returns>The model and the label.</returns>
    /// <exception cref="InvalidOperationException">The job did not succeed.</exception>
    public static async Task<(string Model, string Label)> RunAsync(Uri service, string key, string path, string name, string text)
    {
        var endpoint = new Uri(service, "/v1");
        var credential = new ApiKeyCredential(key);
        var files = new OpenAIFileClient(credential, new OpenAIClientOptions { Endpoint = endpoint });
        var fineTuning = new FineTuningClient(credential, new FineTuningClientOptions { Endpoint = endpoint });

        OpenAIFile file = await files.UploadFileAsync(path, FileUploadPurpose.FineTune);
        var job = await fineTuning.FineTuneAsync("mlp", file.Id, waitUntilCompleted: false, new FineTuningOptions { Suffix = name });
        await job.WaitForCompletionAsync();
        if (job.Value is not { } model)
        {
            throw new InvalidOperationException($"The job {job.JobId} is {job.Status}; its events say why.");
        }

        // Classification is a route of the service's own.
        using var http = new HttpClient { BaseAddress = service };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var response = await http.PostAsJsonAsync("/v1/classify", new { model, input = text });
        var answer = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>();
        return (model, (string)answer!["data"]![0]!["label"]!);
    }
}
