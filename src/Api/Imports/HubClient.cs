using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using FeedbackService.Api.Hosting;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Imports;

/// <summary>Speaks with a hub in the manner of huggingface.co: lists a repository at a commit, and fetches its files.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;
    private const int MostListBytes = 16 << 20;
    private const int BufferBytes = 128 * 1024;
    private const int Attempts = 4;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker _http;
    private readonly Uri _hub;
    private readonly string? _token;
    private readonly string[] _redirects;
    private readonly TimeProvider _clock;

    /// <summary>Takes the hub's address, token and redirects from the settings.</summary>
    public HubClient(IOptions<ServiceOptions> options, TimeProvider clock)
    {
        _hub = new Uri(options.Value.HubUrl.TrimEnd('/') + "/");
        _token = options.Value.HubToken;
        _redirects = options.Value.HubRedirects.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _clock = clock;
        _http = HubConnections.Create(_hub);
    }

    /// <summary>Files of a repository at a commit.</summary>
    /// <exception cref="HubException">There is none such, or the hub does not answer.</exception>
    public Task<IReadOnlyList<HubFile>> ListAsync(string repository, string revision, CancellationToken cancellationToken) => PersistAsync<IReadOnlyList<HubFile>>(async () =>
    {
        using var response = await SendAsync(new Uri(_hub, $"api/models/{repository}/revision/{revision}?blobs=true"), repository, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var (bytes, length) = (new byte[MostListBytes], 0);
        while (length < bytes.Length && await ReadAsync(body, bytes.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            length += read;
        }

        return ReadList(bytes.AsMemory(0, length), repository, revision);
    }, cancellationToken);

    /// <summary>Fetches a file to disk.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revision">The commit.</param>
    /// <param name="file">The file.</param>
    /// <param name="path">Where it goes; what is there is replaced.</param>
    /// <param name="maxBytes">Most bytes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Number of bytes, and their SHA-256 in lower-case hex.</returns>
    /// <exception cref="HubException">It is too large, not the bytes that the hub had listed, or the hub does not answer.</exception>
    public Task<(long Bytes, string Sha256)> FetchAsync(string repository, string revision, HubFile file, string path, long maxBytes, CancellationToken cancellationToken) => PersistAsync(async () =>
    {
        using var response = await SendAsync(new Uri(_hub, $"{repository}/resolve/{revision}/{file.Name}"), repository, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var (bytes, sha256) = await SaveAsync(body, path, file, maxBytes, cancellationToken);
        return (file.Bytes is null || file.Bytes == bytes) && (file.Sha256 is null || file.Sha256 == sha256)
            ? (bytes, sha256)
            : throw new HubException("hub_file_damaged", $"'{file.Name}' of '{repository}' is not what the hub lists: {bytes} bytes with the SHA-256 {sha256}.") { IsPassing = true };
    }, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Nothing of a file is kept between attempts; most failures are of connections, and pass.
    private async Task<T> PersistAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var (attempt, wait) = (1, FirstWait); ; attempt++, wait *= 3)
        {
            try
            {
                return await work();
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested && (fault is HttpRequestException or OperationCanceledException or HttpIOException || fault is HubException { IsPassing: true }))
            {
                // A connection that was refused on purpose is reported by the handler within its own exception.
                if (fault.InnerException is HubException refused)
                {
                    throw refused;
                }

                if (attempt == Attempts)
                {
                    throw fault as HubException ?? new HubException("hub_unavailable", $"The hub at {_hub.Host} does not answer. Try again later.", fault);
                }

                await Task.Delay(wait, _clock, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, string repository, CancellationToken cancellationToken)
    {
        for (var hops = 0; hops <= MostRedirects; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("FeedbackService", null));
            if (_token is not null && IsHub(address))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            }

            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            silence.CancelAfter(LongestSilence);
            var response = await _http.SendAsync(request, silence.Token);
            if (response.StatusCode is HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                address = (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location
                    ? Allowed(new Uri(address, location))
                    : throw Refusal(response.StatusCode, repository);
            }
        }

        throw new HubException("hub_redirect_refused", "The hub redirects in a circle.");
    }

    private Uri Allowed(Uri target)
    {
        var host = target.Host;
        var known = _redirects.Any(pattern => pattern.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(pattern, StringComparison.OrdinalIgnoreCase));
        return IsHub(target) || (known && target.Scheme == Uri.UriSchemeHttps)
            ? target
            : throw new HubException("hub_redirect_refused", $"The hub redirects to {target.Scheme}://{host}, which --hub-redirects does not allow.");
    }

    private bool IsHub(Uri address) => address.Scheme == _hub.Scheme && address.Authority.Equals(_hub.Authority, StringComparison.OrdinalIgnoreCase);

    private HubException Refusal(HttpStatusCode status, string repository) => (int)status switch
    {
        401 or 403 or 404 => new HubException(
            "repository_not_found", $"{_hub.Host} has no '{repository}' at that revision, or does not show it{(_token is null ? " without a token: see --hub-token" : " to the token of --hub-token")}."),
        429 or >= 500 => new HubException("hub_unavailable", $"The hub at {_hub.Host} answers {(int)status}. Try again later.") { IsPassing = true },
        _ => new HubException("hub_unavailable", $"The hub at {_hub.Host} answers {(int)status}, which was not expected."),
    };

    private static List<HubFile> ReadList(ReadOnlyMemory<byte> json, string repository, string revision)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.TryGetProperty("sha", out var sha) && sha.GetString() is { } commit && commit != revision)
            {
                throw new HubException("repository_not_found", $"'{revision}' of '{repository}' is no commit but means {commit}. Give that.");
            }

            return [.. document.RootElement.GetProperty("siblings").EnumerateArray().Select(ReadFile)];
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubException("hub_unavailable", "The hub's list of files cannot be read; is --hub-url that of a hub?", fault);
        }
    }

    private static HubFile ReadFile(JsonElement file)
    {
        var large = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        long? size = file.TryGetProperty("size", out var bytes) && bytes.TryGetInt64(out var count) ? count : null;
        return new HubFile(file.GetProperty("rfilename").GetString() ?? "", size, large && lfs.TryGetProperty("sha256", out var hash) ? hash.GetString() : null);
    }

    // A hub that falls silent must not hold the worker for ever, and a connection that breaks is no fault of ours.
    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(LongestSilence);
        try
        {
            return await body.ReadAsync(buffer, silence.Token);
        }
        catch (IOException broken)
        {
            throw new HubException("hub_unavailable", "The hub's connection broke while it was sending. Try again later.", broken) { IsPassing = true };
        }
    }

    private static async Task<(long Bytes, string Sha256)> SaveAsync(Stream body, string path, HubFile file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var total = 0L;
            while (true)
            {
                var read = await ReadAsync(body, buffer, cancellationToken);
                if (read == 0)
                {
                    return (total, Convert.ToHexStringLower(hash.GetHashAndReset()));
                }

                total += read;
                if (total > maxBytes)
                {
                    throw new HubException("checkpoint_too_large", $"'{file.Name}' is larger than --max-upload-bytes allows.");
                }

                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
