using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.ServingBenchmark.Service;

/// <summary>Files of requests.</summary>
internal sealed class BatchClient(HttpClient http)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Uploads a file with a line per text.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UploadAsync(IReadOnlyList<TextInput> inputs, string model)
    {
        var lines = inputs.Select((input, line) => JsonSerializer.Serialize(new
        {
            custom_id = FormattableString.Invariant($"{line}"),
            method = "POST",
            url = "/v1/classify",
            body = new { model, input = input.Text },
        }));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), "file", "requests.jsonl" },
        };
        return (string)(await ReadAsync(await http.PostAsync("/v1/files", form)))["id"]!;
    }

    /// <summary>Has it answered.</summary>
    /// <returns>From the order to its end.</returns>
    /// <exception cref="InvalidOperationException">Not every line was answered.</exception>
    public async Task<TimeSpan> RunAsync(string file, int lines)
    {
        var began = Stopwatch.GetTimestamp();
        var batch = await ReadAsync(await http.PostAsJsonAsync("/v1/batches", new { input_file_id = file, endpoint = "/v1/classify" }));
        while ((string)batch["status"]! is not ("completed" or "failed" or "cancelled"))
        {
            await Task.Delay(LookEvery);
            batch = await ReadAsync(await http.GetAsync($"/v1/batches/{batch["id"]}"));
        }

        var took = Stopwatch.GetElapsedTime(began);
        return (int)batch["request_counts"]!["completed"]! == lines ? took : throw new InvalidOperationException($"The batch has not answered every line: {batch}");
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? JsonNode.Parse(body)! : throw new HttpRequestException($"{(int)answer.StatusCode}: {body}");
        }
    }
}
