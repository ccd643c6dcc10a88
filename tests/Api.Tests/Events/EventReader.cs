using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Events;

/// <summary>Reads a live stream as the standard says: fields until an empty line; comments are counted.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    public HttpResponseMessage Response => _response;

    public int Comments { get; private set; }

    public static HttpRequestMessage Request(string job, string? lastEventId = null, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/fine_tuning/jobs/{job}/events{query}");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return request;
    }

    public static async Task<EventReader> OpenAsync(HttpClient client, string job, string? lastEventId = null, string query = "")
    {
        using var request = Request(job, lastEventId, query);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        return new EventReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<(string Id, string Type, JsonNode Data)?> NextAsync()
    {
        var fields = new Dictionary<string, string>();
        while (await LineAsync() is { } line)
        {
            if (line.Length == 0 && fields.Count > 0)
            {
                return (fields["id"], fields["event"], JsonNode.Parse(fields["data"])!);
            }

            if (line.StartsWith(':'))
            {
                Comments++;
            }
            else if (line.Length > 0)
            {
                var at = line.IndexOf(": ", StringComparison.Ordinal);
                fields.Add(line[..at], line[(at + 2)..]);
            }
        }

        Assert.Empty(fields);
        return null;
    }

    /// <summary>Messages of all events until the stream ends.</summary>
    public async Task<List<string>> RestAsync()
    {
        var messages = new List<string>();
        while (await NextAsync() is { } next)
        {
            messages.Add((string)next.Data["message"]!);
        }

        return messages;
    }

    /// <summary>Waits for a comment.</summary>
    public async Task CommentAsync()
    {
        while (await LineAsync() is { } line && !line.StartsWith(':'))
        {
        }

        Comments++;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<string?> LineAsync() => _lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
}
