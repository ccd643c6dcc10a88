namespace FeedbackService.Api.Security;

/// <summary>The admin key that a service makes for itself when others can reach it and nobody has given it one.</summary>
internal sealed class FirstKey(Openness openness, ConfiguredKey configured, KeyRing ring, KeyStore keys)
{
    /// <summary>Makes it if there has never been a key. One that is revoked counts: who takes keys back does not want new ones by themselves.</summary>
    /// <returns>The key, to be shown this once; null when none was made.</returns>
    public async Task<string?> MakeIfNeededAsync(CancellationToken cancellationToken)
    {
        if (openness.IsLoopbackOnly || configured.IsSet || (await ring.KeysAsync(cancellationToken)).Count > 0)
        {
            return null;
        }

        return await keys.CreateFirstAsync(new NewKey("made at the first start", [Scopes.Admin], ExpiresAt: null), cancellationToken);
    }
}
