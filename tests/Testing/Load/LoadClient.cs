using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FeedbackService.Testing.Load;

/// <summary>
/// Makes files and jobs over HTTP, each under an Idempotency-Key, and asks again with the same key whenever it was not told what became of a
/// request: no answer, or one that blames the service. Safe for several callers at once.
/// </summary>
public sealed class LoadClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly IReadOnlyList<Uri> _apis;
    private readonly string _name;
    private readonly TimeSpan _patience;
    private int _requests;
    private int _attempts;

    /// <summary>Takes the addresses.</summary>
    /// <param name="name">What its keys begin with; no two clients of one service have the same.</param>
    /// <param name="apis">Asked in turn.</param>
    /// <param name="history">Told of every attempt.</param>
    /// <param name="patience">How long one request is tried.</param>
    public LoadClient(string name, IReadOnlyList<Uri> apis, History history, TimeSpan patience) =>
        (_name, _apis, History, _patience) = (name, apis, history, patience);

    /// <summary>What was asked and answered.</summary>
    public History History { get; }

    /// <summary>Uploads a file.</summary>
    /// <param name="purpose"><c>fine-tune</c>, <c>evals</c> or <c>batch</c>.</param>
    /// <param name="fileName">Its name.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>Its id.</returns>
    public Task<string> UploadAsync(string purpose, string fileName, string content, CancellationToken cancellationToken) => MakeAsync(
        "/v1/files",
        () => new MultipartFormDataContent
        {
            { new StringContent(purpose), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", fileName },
        },
        respondAsync: false,
        cancellationToken);

    /// <summary>Starts a training from the preset <c>mlp</c>.</summary>
    /// <param name="file">Id of the training file.</param>
    /// <param name="name">Model that the result becomes a version of.</param>
    /// <param name="hyperparameters">Its options.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>Id of the job.</returns>
    public Task<string> FineTuneAsync(string file, string name, JsonObject hyperparameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hyperparameters);
        return MakeAsync(
            "/v1/fine_tuning/jobs",
            new JsonObject
            {
                ["model"] = "mlp",
                ["training_file"] = file,
                ["suffix"] = name,
                ["method"] = new JsonObject
                {
                    ["type"] = "supervised",
                    ["supervised"] = new JsonObject { ["hyperparameters"] = hyperparameters.DeepClone() },
                },
            },
            cancellationToken);
    }

    /// <summary>Starts an evaluation.</summary>
    /// <returns>Id of the job.</returns>
    public Task<string> EvaluateAsync(string model, string file, CancellationToken cancellationToken) =>
        MakeAsync("/v1/evaluations", new JsonObject { ["model"] = model, ["file"] = file }, cancellationToken);

    /// <summary>Starts a batch.</summary>
    /// <returns>Id of the job.</returns>
    public Task<string> BatchAsync(string file, CancellationToken cancellationToken) =>
        MakeAsync("/v1/batches", new JsonObject { ["input_file_id"] = file, ["endpoint"] = "/v1/classify", ["completion_window"] = "24h" }, cancellationToken);

    /// <summary>Queues a classification.</summary>
    /// <returns>Id of the job.</returns>
    public Task<string> ClassifyLaterAsync(string model, string text, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["model"] = model, ["input"] = text }.ToJsonString();
        return MakeAsync("/v1/classify", () => Json(body), respondAsync: true, cancellationToken);
    }

    /// <summary>Deletes a file. That is not in the history: what was accepted is gone because it was asked for.</summary>
    public async Task DeleteFileAsync(string id, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await _http.DeleteAsync(new Uri(_apis[0], $"/v1/files/{id}"), cancellationToken);
                if (answer.IsSuccessStatusCode || answer.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    History.Forget(id);
                    return;
                }
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(started) < _patience)
            {
                // It is being started again.
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<string> MakeAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        var json = body.ToJsonString();
        return MakeAsync(path, () => Json(json), respondAsync: false, cancellationToken);
    }

    private async Task<string> MakeAsync(string path, Func<HttpContent> content, bool respondAsync, CancellationToken cancellationToken)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{_name}-{Interlocked.Increment(ref _requests)}");
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var entry = await TryAsync(key, path, content, respondAsync, cancellationToken);
            History.Add(entry);
            if (entry.IsAccepted)
            {
                return entry.ResourceId!;
            }
            if (entry.Status is { } status and < 500 and not 429)
            {
                throw new InvalidOperationException($"{entry.Route} under {key} was refused with {status}: {entry.Failure}");
            }
            if (TimeProvider.System.GetElapsedTime(started) > _patience)
            {
                throw new TimeoutException($"{entry.Route} under {key} was not answered within {_patience}; last: {entry.Status} {entry.Failure}");
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<HistoryEntry> TryAsync(string key, string path, Func<HttpContent> content, bool respondAsync, CancellationToken cancellationToken)
    {
        var api = _apis[(int)((uint)Interlocked.Increment(ref _attempts) % _apis.Count)];
        var route = $"POST {path}";
        var sentAt = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api, path)) { Content = content() };
        request.Headers.Add("Idempotency-Key", key);
        if (respondAsync)
        {
            request.Headers.Add("Prefer", "respond-async");
        }
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? new HistoryEntry(key, route, sentAt, (int)answer.StatusCode, (string?)JsonNode.Parse(body)!["id"], null)
                : new HistoryEntry(key, route, sentAt, (int)answer.StatusCode, null, body);
        }
        catch (Exception fault) when (
            fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HistoryEntry(key, route, sentAt, null, null, fault.Message);
        }
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
