using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeedbackService.BatchUnderLoad;

/// <summary>The service by HTTP; counts answers of 500 and above on whatever route.</summary>
internal sealed class Service : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private int _serverErrors;

    /// <summary>Takes its address.</summary>
    public Service(Uri address) => _http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Answers of 500 and above so far, and connections that broke.</summary>
    public int ServerErrors => _serverErrors;

    /// <summary>Asks for one text.</summary>
    /// <returns>The status; 0 when the connection broke.</returns>
    public async Task<int> ClassifyAsync(string model, string text)
    {
        try
        {
            using var answer = await SendAsync(HttpMethod.Post, "/v1/classify", JsonContent.Create(new { model, input = text, top_k = 1 }));
            await answer.Content.ReadAsByteArrayAsync();
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _serverErrors);
            return 0;
        }
    }

    /// <summary>Uploads a file of the disk.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UploadAsync(string path, string purpose) => await UploadAsync(await File.ReadAllBytesAsync(path), Path.GetFileName(path), purpose);

    /// <summary>Uploads a file with one request per line.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UploadRequestsAsync(string model, IReadOnlyList<string> texts, int lines)
    {
        var content = new StringBuilder();
        for (var line = 0; line < lines; line++)
        {
            content.AppendLine(JsonSerializer.Serialize(new
            {
                custom_id = line.ToString(CultureInfo.InvariantCulture),
                method = "POST",
                url = "/v1/classify",
                body = new { model, input = texts[line % texts.Count], top_k = 1 },
            }));
        }

        return await UploadAsync(Encoding.UTF8.GetBytes(content.ToString()), "requests.jsonl", "batch");
    }

    /// <summary>Texts of an uploaded file.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string file)
    {
        var rows = await ReadAsync(await SendAsync(HttpMethod.Get, $"/v1/files/{file}/rows?limit=100"));
        return [.. rows["data"]!.AsArray().Select(row => (string)row!["text"]!)];
    }

    /// <summary>Runs a batch and looks whether every line was answered once and in order.</summary>
    /// <returns>Lines per second from its making to its end; 0 when a line is missing or out of place.</returns>
    public async Task<double> RunBatchAsync(string file, int lines)
    {
        var started = Stopwatch.GetTimestamp();
        var id = await CreateAsync("/v1/batches", new { input_file_id = file, endpoint = "/v1/classify" });
        while (await StatusAsync($"/v1/batches/{id}") is not ("completed" or "failed" or "cancelled"))
        {
            await Task.Delay(LookEvery);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var batch = await ReadAsync(await SendAsync(HttpMethod.Get, $"/v1/batches/{id}"));
        using var answers = await SendAsync(HttpMethod.Get, $"/v1/files/{batch["output_file_id"]}/content");
        var ids = (await answers.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (string)JsonNode.Parse(line)!["custom_id"]!);
        return ids.SequenceEqual(Enumerable.Range(0, lines).Select(line => line.ToString(CultureInfo.InvariantCulture))) ? lines / elapsed.TotalSeconds : 0;
    }

    /// <summary>Makes something.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(string route, object body) => (string)(await ReadAsync(await SendAsync(HttpMethod.Post, route, JsonContent.Create(body))))["id"]!;

    /// <summary>Where it stands.</summary>
    public async Task<string> StatusAsync(string route) => (string)(await ReadAsync(await SendAsync(HttpMethod.Get, route)))["status"]!;

    /// <summary>Cancels it, if it has not ended.</summary>
    public async Task CancelAsync(string route) => (await SendAsync(HttpMethod.Post, route + "/cancel")).Dispose();

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string> UploadAsync(byte[] content, string name, string purpose)
    {
        using var form = new MultipartFormDataContent { { new StringContent(purpose), "purpose" }, { new ByteArrayContent(content), "file", name } };
        return (string)(await ReadAsync(await SendAsync(HttpMethod.Post, "/v1/files", form)))["id"]!;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string route, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, route) { Content = content };
        var answer = await _http.SendAsync(request);
        if ((int)answer.StatusCode >= 500)
        {
            Interlocked.Increment(ref _serverErrors);
        }

        return answer;
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? JsonNode.Parse(body)!.AsObject() : throw new HttpRequestException($"{(int)answer.StatusCode}: {body}");
        }
    }
}
