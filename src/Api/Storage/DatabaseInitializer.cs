namespace FeedbackService.Api.Storage;

/// <summary>Brings the database to the schema of this program before anything else starts.</summary>
internal sealed partial class DatabaseInitializer(IDatabasePreparation preparation, ILogger<DatabaseInitializer> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    /// <exception cref="DataFolderException">It cannot be reached or written to, is no database, or is from a newer program.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await preparation.PrepareAsync(cancellationToken);
        LogReady(logger, preparation.Name);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Database {Name} is ready")]
    private static partial void LogReady(ILogger logger, string name);
}
