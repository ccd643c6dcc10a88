using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeedbackService.Testing;

/// <summary>
/// Stands in front of a store that overwrites and gives it what S3 has: <c>If-None-Match: *</c> on an object that exists is answered
/// with 412, on one that is being uploaded with 409.
/// </summary>
public sealed class ConditionalProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ConcurrentDictionary<string, byte> _uploads = new(StringComparer.Ordinal);
    private readonly Uri _store;

    private ConditionalProxy(WebApplication app, Uri store)
    {
        (_app, _store) = (app, store);
        app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>How often an upload was refused.</summary>
    public int Refusals { get; private set; }

    /// <summary>Requests that are answered 503 before any other reaches the store.</summary>
    public int Failures { get; set; }

    /// <summary>Whether it knows nothing of conditions, and says 501 to whoever sets one.</summary>
    public bool IsIgnorant { get; set; }

    public static async Task<ConditionalProxy> StartAsync(Uri store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = null);
        var proxy = new ConditionalProxy(builder.Build(), store);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Failures > 0)
        {
            Failures--;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var path = context.Request.Path.Value!;
        if (!HttpMethods.IsPut(context.Request.Method) || context.Request.Headers.IfNoneMatch != "*")
        {
            await ForwardAsync(context);
            return;
        }

        if (IsIgnorant)
        {
            await RefuseAsync(context, StatusCodes.Status501NotImplemented, "NotImplemented");
            return;
        }

        if (!_uploads.TryAdd(path, 0))
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "ConditionalRequestConflict");
            return;
        }

        try
        {
            using var there = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(_store, path)), context.RequestAborted);
            if (there.StatusCode == HttpStatusCode.OK)
            {
                await RefuseAsync(context, StatusCodes.Status412PreconditionFailed, "PreconditionFailed");
            }
            else
            {
                await ForwardAsync(context);
            }
        }
        finally
        {
            _uploads.TryRemove(path, out _);
        }
    }

    private async Task RefuseAsync(HttpContext context, int status, string code)
    {
        Refusals++;
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>There is one.</Message></Error>", context.RequestAborted);
    }

    // The host stays as the caller wrote it: it is signed.
    private async Task ForwardAsync(HttpContext context)
    {
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_store, context.Request.Path.ToUriComponent() + context.Request.QueryString));
        if (context.Request.ContentLength is > 0 || HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
