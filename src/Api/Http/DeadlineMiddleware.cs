using FeedbackService.Api.Errors;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Http;

/// <summary>
/// Ends inference requests whose caller waits no longer, by <c>Prefer: wait=seconds</c>, with 504: what still waits in the queue is never computed, and what is under way stops after its round.
/// </summary>
internal sealed class DeadlineMiddleware(RequestDelegate next, TimeProvider clock)
{
    /// <summary>Runs the request.</summary>
    /// <exception cref="ServiceException">504 <c>deadline_exceeded</c>.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>()?.Scope != Scopes.Predict
            || PreferHeader.AsksForLater(context.Request) || PreferHeader.Wait(context.Request) is not { } wait)
        {
            await next(context);
            return;
        }

        var caller = context.RequestAborted;
        using var late = new CancellationTokenSource(wait, clock);
        var ended = false;

        // An answer that has begun is on its way: cut off it would look like a whole one.
        context.Response.OnStarting(() =>
        {
            if (!ended)
            {
                late.CancelAfter(Timeout.InfiniteTimeSpan);
            }

            return Task.CompletedTask;
        });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, late.Token);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
        finally
        {
            context.RequestAborted = caller;
            ended = true;
        }
    }
}
