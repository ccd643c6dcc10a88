using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Writes artifact folders, format version 1.</summary>
public static class ArtifactWriter
{
    /// <summary>
    /// Writes every file and brings it to disk, then the manifest, then the folder's entries: a folder with a manifest is complete.
    /// </summary>
    /// <param name="directory">Made if missing; must be empty. To publish, rename it when this has returned.</param>
    /// <param name="contents">What to write.</param>
    /// <returns>SHA-256 of the manifest: it vouches for every byte of the folder.</returns>
    /// <exception cref="ArgumentException">The folder is not empty, or the contents contradict each other.</exception>
    /// <exception cref="IOException">The disk refuses. The folder is useless then; start again in a new one.</exception>
    public static string Write(string directory, ArtifactContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ThrowIfContradictory(contents);
        Directory.CreateDirectory(directory);
        if (Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new ArgumentException($"The folder '{directory}' is not empty.", nameof(directory));
        }

        var files = new List<ArtifactFile>();
        void Add(string name, Action<Stream> write)
        {
            var (size, sha256) = DurableFiles.Create(Path.Combine(directory, name), write);
            files.Add(new ArtifactFile(name, size, sha256));
        }

        AddTokenizer(directory, contents, Add);
        Add(ArtifactFiles.Config, stream => stream.Write(JsonFiles.ToBytes(contents.Config)));
        Add(ArtifactFiles.Weights, stream => WriteWeights(stream, contents));
        if (contents.Calibration is not null)
        {
            Add(ArtifactFiles.Calibration, stream => stream.Write(JsonFiles.ToBytes(contents.Calibration)));
        }

        foreach (var (name, bytes) in contents.Attachments)
        {
            Add(name, stream => stream.Write(bytes));
        }

        var manifest = new ArtifactManifest
        {
            FormatVersion = ArtifactManifest.CurrentFormatVersion,
            Kind = contents.Kind,
            CreatedAt = contents.CreatedAt.ToUniversalTime(),
            Precision = contents.Precision,
            Base = contents.Base,
            Files = [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)],
            Lineage = contents.Lineage,
            Metrics = contents.Metrics,
        };
        var (_, hash) = DurableFiles.Create(
            Path.Combine(directory, ArtifactFiles.Manifest), stream => stream.Write(JsonFiles.ToBytes(manifest)));
        DurableFiles.FlushFolder(directory);
        return hash;
    }

    // A tokenizer saves itself into a folder of its own choosing of names; from there its files go the way of all others.
    private static void AddTokenizer(string directory, ArtifactContents contents, Action<string, Action<Stream>> add)
    {
        var temporary = Path.Combine(directory, "tokenizer.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            contents.Tokenizer.Save(temporary);
            foreach (var path in Directory.EnumerateFiles(temporary).Order(StringComparer.Ordinal))
            {
                add(Path.GetFileName(path), stream =>
                {
                    using var source = File.OpenRead(path);
                    source.CopyTo(stream);
                });
            }
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void WriteWeights(Stream stream, ArtifactContents contents)
    {
        var dtype = contents.Precision switch
        {
            ArtifactPrecision.Bfloat16 => ScalarType.BFloat16,
            ArtifactPrecision.Float16 => ScalarType.Float16,
            _ => ScalarType.Float32,
        };
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        SafetensorsWriter.Write(stream, [.. contents.Weights.Select(weight => weight.In(dtype))]);
    }

    private static void ThrowIfContradictory(ArtifactContents contents)
    {
        if ((contents.Kind == ArtifactKind.Adapter) != (contents.Base is not null))
        {
            throw new ArgumentException($"An artifact of kind {contents.Kind} {(contents.Base is null ? "needs a base" : "has no base")}.", nameof(contents));
        }

        if (contents.Kind == ArtifactKind.Adapter && contents.Config.Adapter is null)
        {
            throw new ArgumentException("An artifact of kind Adapter needs a configuration with an adapter.", nameof(contents));
        }

        var bad = contents.Attachments.Keys.FirstOrDefault(name => !ArtifactFiles.IsName(name) || ArtifactFiles.IsOfFormat(name));
        if (bad is not null)
        {
            throw new ArgumentException($"'{bad}' cannot be the name of a further file.", nameof(contents));
        }
    }
}
