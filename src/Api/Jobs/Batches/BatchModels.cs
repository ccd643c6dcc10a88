using System.Collections.Concurrent;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>The models of one batch. An address is resolved once, when the batch begins, so that no move of an alias mixes versions in its answers.</summary>
internal sealed class BatchModels(ModelRegistry registry, IReadOnlyDictionary<string, BatchModel> meanings)
{
    private readonly ConcurrentDictionary<string, Task<ServableModel>> _found = new(StringComparer.Ordinal);

    /// <summary>What addresses mean now.</summary>
    public static async Task<IReadOnlyDictionary<string, BatchModel>> ResolveAsync(
        ModelRegistry registry, IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var meanings = new Dictionary<string, BatchModel>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            try
            {
                meanings[address] = new BatchModel((await registry.ResolveServableAsync(address, cancellationToken)).Address);
            }
            catch (ServiceException refused)
            {
                meanings[address] = BatchModel.Refused(refused);
            }
        }

        return meanings;
    }

    /// <summary>The model that an address meant when the batch began.</summary>
    /// <exception cref="ServiceException">It was refused then.</exception>
    public Task<ServableModel> FindAsync(string address, CancellationToken cancellationToken) => meanings.TryGetValue(address, out var meaning)
        ? meaning.Address is { } version ? _found.GetOrAdd(version, _ => registry.ResolveServableAsync(version, cancellationToken)) : throw meaning.ToRefusal()
        : registry.ResolveServableAsync(address, cancellationToken);
}
