using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Tests.Faults;

/// <summary>A store whose calls pass by the counter.</summary>
internal sealed class FailingStore(IContentStore inner, FailingCalls calls) : IContentStore
{
    public Task StartAsync(CancellationToken cancellationToken) => inner.StartAsync(cancellationToken);

    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) => inner.FindFaultAsync(cancellationToken);

    public Task PutFolderAsync(string key, string directory, CancellationToken cancellationToken) =>
        DoAsync($"put folder {key}", () => inner.PutFolderAsync(key, directory, cancellationToken));

    public Task PutFileAsync(string key, string path, CancellationToken cancellationToken) =>
        DoAsync($"put file {key}", () => inner.PutFileAsync(key, path, cancellationToken));

    public Task<string> GetFolderAsync(string key, CancellationToken cancellationToken) =>
        calls.StoreAsync($"get folder {key}", () => inner.GetFolderAsync(key, cancellationToken));

    public Task<string> GetFileAsync(string key, CancellationToken cancellationToken) =>
        calls.StoreAsync($"get file {key}", () => inner.GetFileAsync(key, cancellationToken));

    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) =>
        calls.StoreAsync($"exists {key}", () => inner.ExistsAsync(key, cancellationToken));

    public IAsyncEnumerable<StoredContent> ListAsync(string prefix, int depth, CancellationToken cancellationToken) => inner.ListAsync(prefix, depth, cancellationToken);

    public Task RemoveAsync(string key, CancellationToken cancellationToken) => DoAsync($"remove {key}", () => inner.RemoveAsync(key, cancellationToken));

    public Task CleanAsync(CancellationToken cancellationToken) => DoAsync("clean", () => inner.CleanAsync(cancellationToken));

    public string? PathToGrow(string key) => inner.PathToGrow(key);

    private Task DoAsync(string what, Func<Task> call) => calls.StoreAsync(what, async () =>
    {
        await call();
        return true;
    });
}
