using System.Text.RegularExpressions;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Files;
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
    /// <exception cref="InvalidFileException">A file is missing, breaks a rule of its format, or contradicts the index.</exception>
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
                foreach (var (shard, names) in UntrustedFile.ReadJson(directory, CheckpointFiles.Index, ReadIndex))
                {
                    tensors.Add(directory, shard, family, names);
                }
            }
            else
            {
                throw new InvalidFileException(CheckpointFiles.Weights, $"is missing, and so is {CheckpointFiles.Index}. Weights are read as safetensors only; convert others first.");
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
    /// <exception cref="InvalidFileException">It holds an infinity or NaN, or the file changed.</exception>
    public Tensor Read(string name)
    {
        var place = _places[name];
        try
        {
            return place.Reader.ReadFinite(place.Entry.Name, widen: true);
        }
        catch (Exception exception) when (exception is InvalidSafetensorsException or IOException)
        {
            throw new InvalidFileException(place.File, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    private static SortedDictionary<string, HashSet<string>> ReadIndex(JsonMember index)
    {
        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (name, member) in index["weight_map"].Members())
        {
            var shard = member.NeededText();
            if (!ShardName().IsMatch(shard) || shard.Contains("..", StringComparison.Ordinal))
            {
                throw member.Refused("must be a file name such as model-00001-of-00002.safetensors.");
            }

            if (!shards.TryGetValue(shard, out var names))
            {
                shards[shard] = names = new HashSet<string>(StringComparer.Ordinal);
            }

            names.Add(name);
        }

        return shards.Count is > 0 and <= MostShards ? shards : throw index.Refused($"names {shards.Count} files; 1 to {MostShards} are allowed.");
    }

    private void Add(string directory, string file, FamilyNames family, HashSet<string>? expected)
    {
        var reader = Open(directory, file);
        _readers.Add(reader);
        foreach (var entry in reader.Entries)
        {
            if (expected is not null && !expected.Remove(entry.Name))
            {
                throw new InvalidFileException(file, $"holds '{entry.Name}', which {CheckpointFiles.Index} does not say.");
            }

            var name = Canonical(entry.Name, family.Prefix);
            if (!_places.TryAdd(name, new Place(file, reader, entry)))
            {
                throw new InvalidFileException(file, $"'{entry.Name}' and '{Original(name)}' are names of one tensor.");
            }
        }

        if (expected is { Count: > 0 })
        {
            throw new InvalidFileException(file, $"lacks '{expected.Order(StringComparer.Ordinal).First()}', which {CheckpointFiles.Index} says is there.");
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
            throw new InvalidFileException(file, exception is FileNotFoundException ? "is missing." : exception.Message, exception);
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
