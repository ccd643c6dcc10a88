namespace FeedbackService.Api.Sweeping;

/// <summary>Lets one of the processes sweep what all of them share, time and again.</summary>
internal interface ISweepTurn
{
    /// <summary>Takes the turn, or keeps it.</summary>
    /// <returns>Whether this process has it.</returns>
    Task<bool> TryTakeAsync(CancellationToken cancellationToken);
}
