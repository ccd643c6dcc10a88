using System.Net.Http.Headers;
using System.Text;

namespace FeedbackService.ServingBenchmark.Load;

/// <summary>Posts bodies that are ready, with as little work as possible: what the client spends the service cannot have.</summary>
internal sealed class Requester : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly Uri _route;

    /// <summary>Takes the address of a route.</summary>
    public Requester(Uri route)
    {
        _route = route;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    /// <summary>Posts a body.</summary>
    public async Task<Answer> PostAsync(byte[] body)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = Json;
            using var answer = await _http.PostAsync(_route, content);
            return new Answer((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer.Headers.RetryAfter?.Delta);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException)
        {
            return new Answer(0, Encoding.UTF8.GetBytes(broken.ToString()), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
