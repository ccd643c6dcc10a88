namespace FeedbackService.Api.Storage.Contents;

/// <summary>Calls to a store from within a transaction that others wait for: they are given seconds, not the minutes of an upload.</summary>
internal static class BriefCalls
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>As <see cref="IContentStore.ExistsAsync"/>.</summary>
    /// <exception cref="ContentStoreException">There is no answer in time.</exception>
    public static Task<bool> ExistsBrieflyAsync(this IContentStore store, string key, CancellationToken cancellationToken) =>
        LimitAsync(token => store.ExistsAsync(key, token), cancellationToken);

    /// <summary>As <see cref="IContentStore.RemoveAsync"/>. What is cut off has lost its mark of being whole first, and the next removal goes on.</summary>
    /// <exception cref="ContentStoreException">There is no answer in time.</exception>
    public static Task RemoveBrieflyAsync(this IContentStore store, string key, CancellationToken cancellationToken) => LimitAsync(
        async token =>
        {
            await store.RemoveAsync(key, token);
            return true;
        },
        cancellationToken);

    private static async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ContentStoreException($"The store of artifacts and files did not answer within {Limit.TotalSeconds:0} s.", late);
        }
    }
}
