using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Imports;

/// <summary>Files of a checkpoint in a folder of their own, of which nothing is known yet. Disposing of it throws them away.</summary>
internal sealed class StagedCheckpoint : IDisposable
{
    private readonly string _root;
    private readonly List<ArtifactFile> _files = [];

    /// <summary>Makes the folder.</summary>
    /// <param name="path">A place where nothing is.</param>
    public StagedCheckpoint(string path)
    {
        _root = path;
        System.IO.Directory.CreateDirectory(Directory);
    }

    /// <summary>The folder with the files.</summary>
    public string Directory => Path.Combine(_root, "checkpoint");

    /// <summary>Where the artifact is to be made.</summary>
    public string Artifact => Path.Combine(_root, "artifact");

    /// <summary>The files there are.</summary>
    public IReadOnlyList<ArtifactFile> Files => _files;

    /// <summary>Place of a file to be put there. The name has been checked: <see cref="CheckpointNames.IsTaken"/>.</summary>
    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Notes that a file has been put there.</summary>
    public void Add(string name, long bytes, string sha256) => _files.Add(new ArtifactFile(name, bytes, sha256));

    /// <summary>There is a file of that name.</summary>
    public bool Has(string name) => _files.Any(file => file.Name == name);

    /// <inheritdoc/>
    public void Dispose() => Storage.DurableFolder.Remove(_root);
}
