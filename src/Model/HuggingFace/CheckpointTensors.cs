using System.Text.Json;
using System.Text.RegularExpressions;
using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>The tensors of a checkpoint, in one file or in shards, under the names of their family without its prefix.</summary>
internal sealed partial class CheckpointTensors : IDisposable
{
    private const int MostShards = 256;

    private readonly List<SafetensorsReader> _readers = [];
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    private CheckpointTensors()
    {
    }

    /// <summary>All names, without the prefix and with today's words for the parts of a norm.</summary>
    public IReadOnlyCollection<string> Names => _places.Keys;

    /// <summary>Opens the weights of a folder and checks every header. Nothing else is read yet.</summary>
    /// <exception cref="InvalidCheckpointException">A file is missing, breaks a rule of its format, or contradicts the index.</exception>
    public static CheckpointTensors Open(string directory, FamilyNames family)
    {
        var tensors = new CheckpointTensors();
        try
        {
            if (File.Exists(Path.Combine(directory, CheckpointFiles.Weights)))
            {
                tensors.Add(directory, CheckpointFiles.Weights, family, null);
            }
            else if (File.Exists(Path.Combine(directory, CheckpointFiles.Index)))
            {
                foreach (var (shard, names) in ReadIndex(directory))
                {
                    tensors.Add(directory, shard, family, names);
                }
            }
            else
            {
                throw new InvalidCheckpointException(CheckpointFiles.Weights, $"is missing, and so is {CheckpointFiles.Index}. Weights are read as safetensors only; convert others first.");
            }

            return tensors;
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>There is such a tensor.</summary>
    public bool Has(string name) => _places.ContainsKey(name);

    /// <summary>Its name in the file.</summary>
    public string Original(string name) => _places[name].Entry.Name;

    /// <summary>What its header says.</summary>
    public SafetensorsEntry Entry(string name) => _places[name].Entry;

    /// <summary>Reads a tensor as float32, in the current dispose scope.</summary>
    /// <exception cref="InvalidCheckpointException">It holds an infinity or NaN, or the file changed.</exception>
    public Tensor Read(string name)
    {
        var place = _places[name];
        try
        {
            var tensor = place.Reader.Read(place.Entry.Name, widen: true);
            using var finite = tensor.isfinite();
            using var all = finite.all();
            return all.item<bool>() ? tensor : throw new InvalidCheckpointException(place.File, $"'{place.Entry.Name}' holds an infinity or NaN.");
        }
        catch (Exception exception) when (exception is InvalidSafetensorsException or IOException)
        {
            throw new InvalidCheckpointException(place.File, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    private static SortedDictionary<string, HashSet<string>> ReadIndex(string directory)
    {
        using var document = CheckpointJson.Read(directory, CheckpointFiles.Index);
        if (!document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidCheckpointException(CheckpointFiles.Index, "has no object weight_map.");
        }

        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        try
        {
            foreach (var entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String || entry.Value.GetString() is not { } shard || !ShardName().IsMatch(shard) || shard.Contains("..", StringComparison.Ordinal))
                {
                    throw new InvalidCheckpointException(CheckpointFiles.Index, $"says that '{entry.Name}' is in {ConfigMembers.Shown(entry.Value)}; a file name such as model-00001-of-00002.safetensors is needed.");
                }

                if (!shards.TryGetValue(shard, out var names))
                {
                    shards[shard] = names = new HashSet<string>(StringComparer.Ordinal);
                }

                names.Add(entry.Name);
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidCheckpointException(CheckpointFiles.Index, exception.Message, exception);
        }

        return shards.Count is > 0 and <= MostShards ? shards : throw new InvalidCheckpointException(CheckpointFiles.Index, $"names {shards.Count} files; 1 to {MostShards} are allowed.");
    }

    private void Add(string directory, string file, FamilyNames family, HashSet<string>? expected)
    {
        var reader = Open(directory, file);
        _readers.Add(reader);
        foreach (var entry in reader.Entries)
        {
            if (expected is not null && !expected.Remove(entry.Name))
            {
                throw new InvalidCheckpointException(file, $"holds '{entry.Name}', which {CheckpointFiles.Index} does not say.");
            }

            var name = Canonical(entry.Name, family.Prefix);
            if (!_places.TryAdd(name, new Place(file, reader, entry)))
            {
                throw new InvalidCheckpointException(file, $"'{entry.Name}' and '{Original(name)}' are names of one tensor.");
            }
        }

        if (expected is { Count: > 0 })
        {
            throw new InvalidCheckpointException(file, $"lacks '{expected.Order(StringComparer.Ordinal).First()}', which {CheckpointFiles.Index} says is there.");
        }
    }

    private static SafetensorsReader Open(string directory, string file)
    {
        try
        {
            return SafetensorsReader.Open(Path.Combine(directory, file));
        }
        catch (Exception exception) when (exception is InvalidSafetensorsException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidCheckpointException(file, exception is FileNotFoundException ? "is missing." : exception.Message, exception);
        }
    }

    // Checkpoints of TensorFlow's time call weight and bias of a norm gamma and beta.
    private static string Canonical(string name, string prefix)
    {
        var within = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        return within.EndsWith(".gamma", StringComparison.Ordinal) ? within[..^"gamma".Length] + "weight"
            : within.EndsWith(".beta", StringComparison.Ordinal) ? within[..^"beta".Length] + "bias"
            : within;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.safetensors\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();

    private sealed record Place(string File, SafetensorsReader Reader, SafetensorsEntry Entry);
}
