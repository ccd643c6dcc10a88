using System.Collections.Concurrent;

namespace FeedbackService.Api.Tests.Observability;

/// <summary>A collector: takes traces by OTLP over HTTP on a free port and keeps them.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans;

    private OtlpReceiver(WebApplication app, ConcurrentQueue<ReceivedSpan> spans) => (_app, _spans) = (app, spans);

    /// <summary>All so far, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>What a program is told so that it exports to here, without keeping spans for long.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var spans = new ConcurrentQueue<ReceivedSpan>();
        app.MapPost("/v1/traces", async request =>
        {
            using var body = new MemoryStream();
            await request.Request.Body.CopyToAsync(body, request.RequestAborted);
            foreach (var span in OtlpReader.Read(body.ToArray()))
            {
                spans.Enqueue(span);
            }
        });
        await app.StartAsync(CancellationToken.None);
        return new OtlpReceiver(app, spans);
    }

    /// <summary>The first span that is as wanted, once it is there.</summary>
    public async Task<ReceivedSpan> WaitAsync(Func<ReceivedSpan, bool> wanted)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (_spans.FirstOrDefault(wanted) is { } found)
            {
                return found;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, string.Join('\n', _spans));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
