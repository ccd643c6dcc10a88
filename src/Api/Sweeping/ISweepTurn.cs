namespace FeedbackService.Api.Sweeping;

/// <summary>Lets one process at a time sweep what all of them share.</summary>
internal interface ISweepTurn
{
    /// <summary>Takes the turn.</summary>
    /// <returns>To be disposed of when done; null while another process has it.</returns>
    Task<IAsyncDisposable?> TryTakeAsync(CancellationToken cancellationToken);
}
