using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Checkpoints;

/// <summary>An opened artifact folder, format version 1. Opening reads the manifest; everything else is read when asked for.</summary>
public sealed class ModelArtifact
{
    internal ModelArtifact(string directory, ArtifactManifest manifest, string manifestSha256)
    {
        Directory = directory;
        Manifest = manifest;
        ManifestSha256 = manifestSha256;
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>What the folder holds.</summary>
    public ArtifactManifest Manifest { get; }

    /// <summary>SHA-256 of <c>manifest.json</c>, lower-case hex: names the artifact.</summary>
    public string ManifestSha256 { get; }

    /// <summary>Full path of a file that the manifest lists; null when it lists none of that name.</summary>
    public string? Find(string name) =>
        Manifest.Files.Any(file => file.Name == name) ? Path.Combine(Directory, name) : null;

    /// <summary>The classifier's configuration, checked.</summary>
    /// <exception cref="InvalidArtifactException">It is not valid.</exception>
    public ClassifierConfig ReadConfig()
    {
        var config = ReadJson<ClassifierConfig>(ArtifactFiles.Config);
        var faults = ClassifierConfigValidation.Check(config, withoutLabels: Manifest.Kind == ArtifactKind.Encoder);
        return faults.Count == 0 ? config : throw new InvalidArtifactException(ArtifactFiles.Config, string.Join(" ", faults));
    }

    /// <summary>The tokenizer.</summary>
    /// <exception cref="InvalidArtifactException">One of its files is not valid.</exception>
    public ITextTokenizer ReadTokenizer()
    {
        try
        {
            return TokenizerFiles.Load(Directory);
        }
        catch (InvalidFileException exception)
        {
            throw new InvalidArtifactException(exception.File, exception.Message, exception);
        }
    }

    /// <summary>Temperatures and thresholds, checked; <see cref="Calibration.Identity"/> when there are none.</summary>
    /// <param name="labels">Number of labels of the classifier.</param>
    /// <exception cref="InvalidArtifactException">They are not valid.</exception>
    public Calibration ReadCalibration(int labels)
    {
        if (Find(ArtifactFiles.Calibration) is null)
        {
            return Calibration.Identity;
        }

        var calibration = ReadJson<Calibration>(ArtifactFiles.Calibration);
        if (!calibration.Temperatures.All(temperature => double.IsFinite(temperature) && temperature > 0))
        {
            throw new InvalidArtifactException(ArtifactFiles.Calibration, "a temperature is not a positive number.");
        }

        if (calibration.Thresholds is { } thresholds && (thresholds.Count != labels || !thresholds.All(threshold => threshold is >= 0 and <= 1)))
        {
            throw new InvalidArtifactException(ArtifactFiles.Calibration, $"thresholds must be {labels} numbers in [0, 1].");
        }

        return calibration;
    }

    /// <summary>Opens the weights with their header checked. The caller disposes the reader.</summary>
    /// <exception cref="InvalidArtifactException">The file is not valid.</exception>
    public SafetensorsReader OpenWeights()
    {
        try
        {
            return SafetensorsReader.Open(Path.Combine(Directory, ArtifactFiles.Weights));
        }
        catch (Exception exception) when (exception is InvalidSafetensorsException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidArtifactException(ArtifactFiles.Weights, exception.Message, exception);
        }
    }

    /// <summary>Loads the weights into a module made from <see cref="ReadConfig"/>.</summary>
    /// <exception cref="InvalidArtifactException">They do not fit; the inner exception lists every difference.</exception>
    public void LoadWeights(TorchSharp.torch.nn.Module module)
    {
        using var reader = OpenWeights();
        try
        {
            StateDictLoader.Load(module, reader, allowOtherPrecision: Manifest.Precision != ArtifactPrecision.Float32);
        }
        catch (Exception exception) when (exception is StateDictMismatchException or InvalidSafetensorsException)
        {
            throw new InvalidArtifactException(ArtifactFiles.Weights, exception.Message, exception);
        }
    }

    private T ReadJson<T>(string name)
        where T : class
    {
        try
        {
            return JsonFiles.Read<T>(Path.Combine(Directory, name));
        }
        catch (Exception exception) when (exception
            is JsonException or NotSupportedException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidArtifactException(name, exception.Message, exception);
        }
    }
}
