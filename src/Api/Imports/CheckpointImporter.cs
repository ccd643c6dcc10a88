using System.Reflection;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Files;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Training.Loop;

namespace FeedbackService.Api.Imports;

/// <summary>Makes artifacts of checkpoints that have arrived, one at a time, and puts them into the store; nothing names them yet.</summary>
internal sealed class CheckpointImporter(ModelPublisher publisher, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Reads and converts the checkpoint and stores the artifact.</summary>
    /// <param name="checkpoint">The files.</param>
    /// <param name="origin">Where they come from; its files are filled in.</param>
    /// <param name="cancellationToken">Stops between the steps.</param>
    /// <exception cref="ServiceException">422 <c>checkpoint_unusable</c>: what is wrong and, where something can be done, what.</exception>
    /// <exception cref="IOException">The disk is full or refuses, or the store does not answer.</exception>
    public async Task<VerifiedArtifact> ImportAsync(StagedCheckpoint checkpoint, ArtifactOrigin origin, CancellationToken cancellationToken)
    {
        ThrowIfIncomplete(checkpoint);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Convert(checkpoint, origin with { Files = checkpoint.Files }), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        return await publisher.StoreAsync(checkpoint.Artifact, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private void Convert(StagedCheckpoint checkpoint, ArtifactOrigin origin)
    {
        try
        {
            CheckpointImport.Run(checkpoint.Directory, checkpoint.Artifact, clock.GetUtcNow(), new ArtifactLineage
            {
                BaseModel = origin.Repository,
                Origin = origin,
                Versions = new Dictionary<string, string> { ["feedback_service"] = Version },
            });
        }
        catch (Exception exception) when (exception is InvalidFileException or StateDictMismatchException)
        {
            throw Unusable(exception.Message);
        }

        try
        {
            // What was written must be read back before it gets a name, whatever strange file it came from.
            ArtifactReader.Open(checkpoint.Artifact).ReadTokenizer();
        }
        catch (InvalidArtifactException exception)
        {
            throw Unusable($"The tokenizer cannot be kept: {exception.Message}");
        }
    }

    private static string Version => typeof(Trainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static void ThrowIfIncomplete(StagedCheckpoint checkpoint)
    {
        var missing = !checkpoint.Has(CheckpointFiles.Config) ? CheckpointFiles.Config
            : !checkpoint.Has(CheckpointFiles.Weights) && !checkpoint.Has(CheckpointFiles.Index) ? $"{CheckpointFiles.Weights}, or {CheckpointFiles.Index} with its shards,"
            : null;
        if (missing is not null)
        {
            var there = checkpoint.Files.Count == 0 ? "None of the files is one of a checkpoint." : $"Of a checkpoint there are {string.Join(", ", checkpoint.Files.Select(file => file.Name))}.";
            throw Unusable($"{missing} is missing. {there}");
        }
    }

    private static ServiceException Unusable(string message) => ServiceException.Unusable("checkpoint_unusable", message, "files");
}
