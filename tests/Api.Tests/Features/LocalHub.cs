using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>A hub on this machine that speaks the paths of huggingface.co, with repositories that are as they should be and others that are not.</summary>
public sealed class LocalHub : IAsyncDisposable
{
    public const string Revision = "0123456789abcdef0123456789abcdef01234567";
    public const string Token = "hf_token";

    private readonly WebApplication _app;
    private readonly Dictionary<string, Dictionary<string, byte[]>> _repositories = new(StringComparer.Ordinal);
    private int _failures;
    private int _breaks;

    private LocalHub(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Starts it.</summary>
    public static LocalHub Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var hub = new LocalHub(app);
        var bert = new Dictionary<string, byte[]>
        {
            ["config.json"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "config.json")),
            ["model.safetensors"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "model.safetensors")),
            ["vocab.txt"] = File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "vocab.txt")),
            ["README.md"] = "# never fetched"u8.ToArray(),
        };
        foreach (var name in new[] { "good/bert", "gated/bert", "flaky/bert", "moved/bert", "away/bert", "circle/bert", "damaged/bert", "broken/bert", "bert" })
        {
            hub._repositories[name] = bert;
        }

        hub._repositories["pickled/bert"] = new() { ["config.json"] = bert["config.json"], ["pytorch_model.bin"] = [1] };
        hub._repositories["wrong/bert"] = new(bert) { ["config.json"] = """{"model_type":"t5"}"""u8.ToArray() };
        hub._repositories["huge/bert"] = new(bert) { ["model.safetensors"] = new byte[ApiFixture.MaxUploadBytes + 1] };
        app.MapGet("/api/models/silent/bert/revision/{revision}", SilenceAsync);
        app.MapGet("/api/models/{owner}/{name}/revision/{revision}", (string owner, string name, string revision, HttpRequest request) => hub.List($"{owner}/{name}", revision, request));
        app.MapGet("/api/models/{name}/revision/{revision}", (string name, string revision, HttpRequest request) => hub.List(name, revision, request));
        app.MapGet("/{owner}/{name}/resolve/{revision}/{file}", (string owner, string name, string file, HttpRequest request) => hub.Resolve($"{owner}/{name}", file, request));
        app.MapGet("/{name}/resolve/{revision}/{file}", (string name, string file, HttpRequest request) => hub.Resolve(name, file, request));
        app.MapGet("/blob/{owner}/{name}/{file}", (string owner, string name, string file) => Results.Bytes(hub._repositories[$"{owner}/{name}"][file]));
        app.Start();
        return hub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Half of an answer, and then nothing for as long as the caller listens.
    private static async Task SilenceAsync(HttpContext context)
    {
        await context.Response.WriteAsync("""{"id":"silent/bert","siblings":[""", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private static async Task BreakAsync(Stream body, HttpContext context)
    {
        await body.WriteAsync(new byte[1000]);
        await body.FlushAsync();
        context.Abort();
    }

    private IResult List(string repository, string revision, HttpRequest request)
    {
        if (!_repositories.TryGetValue(repository, out var files) || (repository == "gated/bert" && request.Headers.Authorization != $"Bearer {Token}"))
        {
            return Results.NotFound();
        }

        if (repository == "flaky/bert" && Interlocked.Increment(ref _failures) % 2 == 1)
        {
            return Results.StatusCode(503);
        }

        var siblings = files.Select(file => (JsonNode)new JsonObject
        {
            ["rfilename"] = file.Key,
            ["size"] = file.Value.Length,
            ["lfs"] = file.Key.EndsWith(".safetensors", StringComparison.Ordinal)
                ? new JsonObject { ["sha256"] = repository == "damaged/bert" ? new string('0', 64) : Convert.ToHexStringLower(SHA256.HashData(file.Value)), ["size"] = file.Value.Length }
                : null,
        });
        return Results.Text(new JsonObject { ["id"] = repository, ["sha"] = revision, ["siblings"] = new JsonArray([.. siblings]) }.ToJsonString(), "application/json");
    }

    private IResult Resolve(string repository, string file, HttpRequest request) => repository switch
    {
        "moved/bert" => Results.Redirect($"/blob/{repository}/{file}"),
        "away/bert" => Results.Redirect($"http://localhost:{request.Host.Port}/blob/{repository}/{file}"),
        "circle/bert" => Results.Redirect(request.Path),
        "broken/bert" when file == "model.safetensors" && Interlocked.Increment(ref _breaks) == 1 => Results.Stream(stream => BreakAsync(stream, request.HttpContext)),
        _ when file == "README.md" => Results.StatusCode(500),
        _ => Results.Bytes(_repositories[repository][file]),
    };
}
