using FeedbackService.Api.Http;
using FeedbackService.Api.Security;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Http;

public sealed class DeadlineMiddlewareTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AnswerThatHasBegun_IsNotCutOff()
    {
        var clock = new FakeTimeProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<TimeProvider>(clock);
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseRouting();
        app.UseMiddleware<DeadlineMiddleware>();
        app.MapGet("/", async context =>
        {
            await context.Response.WriteAsync("first ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            clock.Advance(TimeSpan.FromSeconds(10));
            await context.Response.WriteAsync("second", context.RequestAborted);
        }).WithMetadata(new AccessRule(Scopes.Predict));
        await app.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Deadline };
        client.DefaultRequestHeaders.Add("Prefer", "wait=5");

        Assert.Equal("first second", await client.GetStringAsync("/", Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
