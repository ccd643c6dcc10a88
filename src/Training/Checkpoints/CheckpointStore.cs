using System.Globalization;
using System.Text.Json;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Faults;

namespace FeedbackService.Training.Checkpoints;

/// <summary>
/// Checkpoints of one training in one folder: <c>step-N</c> each, complete or not there at all.
/// </summary>
/// <remarks>
/// Written under another name, flushed to disk, then renamed, so that a killed process leaves nothing that looks like a
/// checkpoint; read only when every file has the hash that <c>state.json</c> says. Kept are the newest two and the best.
/// </remarks>
/// <param name="directory">An existing folder.</param>
public sealed class CheckpointStore(string directory)
{
    /// <summary>Weights of the model.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>State of the optimizer.</summary>
    public const string OptimizerFile = "optimizer.safetensors";

    /// <summary>Weights of the best evaluation.</summary>
    public const string BestFile = "best.safetensors";

    /// <summary>Where the training stands.</summary>
    public const string StateFile = "state.json";

    private const string Prefix = "step-";
    private const string Unfinished = ".partial";
    private const int KeepNewest = 2;

    /// <summary>Writes a checkpoint and removes those no longer needed.</summary>
    /// <param name="content">What to keep.</param>
    /// <param name="describe">Writes what makes the checkpoint a model of its own, such as configuration and tokenizer, into the folder it is given.</param>
    /// <returns>Full path of the checkpoint's folder.</returns>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public string Write(CheckpointContent content, Action<string> describe)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(describe);
        RemoveUnfinished();
        var target = PathOf(content.State.Step);
        var staging = target + Unfinished;
        Directory.CreateDirectory(staging);
        describe(staging);
        var files = Directory.EnumerateFiles(staging).ToDictionary(path => Path.GetFileName(path), FlushAndHash, StringComparer.Ordinal);
        files[WeightsFile] = TensorFile.Write(Path.Combine(staging, WeightsFile), content.Weights);
        files[OptimizerFile] = TensorFile.Write(Path.Combine(staging, OptimizerFile), content.OptimizerState);
        if (content.BestWeights is not null)
        {
            files[BestFile] = TensorFile.Write(Path.Combine(staging, BestFile), content.BestWeights);
        }

        var state = JsonFiles.ToBytes(content.State with { Files = files });
        DurableFiles.Create(Path.Combine(staging, StateFile), stream => stream.Write(state));
        DurableFiles.FlushFolder(staging);
        if (Directory.Exists(target))
        {
            // From a process that was killed after writing it: the same training writes the same.
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(staging, target);
        DurableFiles.FlushFolder(directory);
        FaultPoint.Reach(FaultPoints.TrainerCheckpointWritten);
        Prune(content.State);
        return target;
    }

    /// <summary>The newest checkpoint that is whole and belongs to this training.</summary>
    /// <param name="runHash">As in <see cref="CheckpointState.RunHash"/>.</param>
    /// <param name="refused">Told why a newer checkpoint was passed over.</param>
    /// <returns>Tensors in the current dispose scope, or null when there is none.</returns>
    public CheckpointContent? ReadNewest(string runHash, Action<string> refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        RemoveUnfinished();
        foreach (var step in Steps().OrderDescending())
        {
            try
            {
                var content = Read(PathOf(step));
                if (content.State.RunHash == runHash)
                {
                    return content;
                }

                refused($"The checkpoint of step {step} belongs to other data or options; it is not used.");
            }
            catch (Exception exception) when (exception is IOException or JsonException or InvalidDataException or InvalidSafetensorsException or UnauthorizedAccessException)
            {
                refused($"The checkpoint of step {step} is damaged and not used: {exception.Message}");
            }
        }

        return null;
    }

    /// <summary>Reads and verifies one checkpoint.</summary>
    /// <param name="checkpoint">Path of its folder.</param>
    /// <exception cref="InvalidDataException">A file is missing, changed or unknown.</exception>
    public static CheckpointContent Read(string checkpoint)
    {
        var state = JsonFiles.Read<CheckpointState>(Path.Combine(checkpoint, StateFile));
        if (state.Format != CheckpointState.CurrentFormat)
        {
            throw new InvalidDataException($"it has format {state.Format}, not {CheckpointState.CurrentFormat}.");
        }

        foreach (var (name, hash) in state.Files)
        {
            if (Path.GetFileName(name) != name || FileHash.Of(Path.Combine(checkpoint, name)) != hash)
            {
                throw new InvalidDataException($"{name} is not what was written.");
            }
        }

        return new CheckpointContent(
            state,
            TensorFile.Read(Path.Combine(checkpoint, WeightsFile)),
            TensorFile.Read(Path.Combine(checkpoint, OptimizerFile)),
            state.Files.ContainsKey(BestFile) ? TensorFile.Read(Path.Combine(checkpoint, BestFile)) : null);
    }

    private IEnumerable<long> Steps() => Directory.EnumerateDirectories(directory, Prefix + "*")
        .Select(path => long.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1)
        .Where(step => step >= 0);

    private string PathOf(long step) => Path.Combine(Path.GetFullPath(directory), string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}"));

    private void Prune(CheckpointState written)
    {
        // Later steps than the one just written are damaged, or of other data or options: this training did not go on from them.
        var steps = Steps().ToList();
        var kept = steps.Where(step => step <= written.Step).OrderDescending().Take(KeepNewest).Append(written.BestStep);
        foreach (var step in steps.Except(kept).ToList())
        {
            Directory.Delete(PathOf(step), recursive: true);
        }
    }

    private void RemoveUnfinished()
    {
        foreach (var path in Directory.EnumerateDirectories(directory, Prefix + "*" + Unfinished).ToList())
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static string FlushAndHash(string path)
    {
        DurableFiles.Flush(path);
        return FileHash.Of(path);
    }
}
