namespace FeedbackService.Testing.Hostile;

/// <summary>What was accepted must be readable from then on.</summary>
internal static class ReadBack
{
    /// <summary>Reads it, and makes of any failure one that is not documented.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read.</exception>
    public static void OrThrow(Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException("It was accepted, but what was made of it cannot be read.", exception);
        }
    }
}
