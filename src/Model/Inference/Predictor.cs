using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>From texts to predictions: tokenizer, backend and calibration of one classifier. Evaluation and serving use the same.</summary>
/// <remarks>
/// <see cref="Tokenize"/> is safe for concurrent use; predicting and <see cref="Dispose"/> belong to the thread that
/// owns the backend.
/// </remarks>
public sealed class Predictor : IDisposable
{
    private readonly IClassifierBackend _backend;

    /// <summary>Puts a predictor together.</summary>
    /// <param name="tokenizer">The tokenizer the classifier was trained with.</param>
    /// <param name="backend">Disposed with the predictor.</param>
    /// <param name="calibration">Null for none.</param>
    public Predictor(ITextTokenizer tokenizer, IClassifierBackend backend, Calibration? calibration = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(backend);
        Tokenizer = tokenizer;
        _backend = backend;
        Calibration = calibration ?? Calibration.Identity;
    }

    /// <summary>Shape of the classifier.</summary>
    public ClassifierConfig Config => _backend.Config;

    /// <summary>The tokenizer.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <summary>Temperatures per round and thresholds per label.</summary>
    public Calibration Calibration { get; }

    /// <summary>Feedback rounds of the classifier, 0 without feedback.</summary>
    public int MaxRounds => Config.Feedback?.Rounds ?? 0;

    /// <summary>Loads a complete classifier from an artifact folder. Its tensors belong to the predictor, whatever scope is open.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="verification">How closely the files are looked at first. Default sizes.</param>
    /// <param name="manifestSha256">Hash the manifest must have (lower-case hex), from the registry; null to take it as it is.</param>
    /// <param name="precision">In what to compute. Default float32.</param>
    /// <exception cref="InvalidArtifactException">The folder cannot be used; the file is named.</exception>
    public static Predictor Load(
        string directory,
        Device device,
        ArtifactVerification verification = ArtifactVerification.Sizes,
        string? manifestSha256 = null,
        ComputePrecision precision = ComputePrecision.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        var loaded = LoadedClassifier.Open(directory, verification, manifestSha256);
        return new Predictor(loaded.Tokenizer, new TorchBackend(loaded.Classifier, device, precision), loaded.Calibration);
    }

    /// <summary>Loads an adapter's artifact on top of a base that other predictors may share. Computes on the base's device, in its precision.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="shared">The base. May be disposed before the predictor: its memory lives as long as anything uses it.</param>
    /// <param name="verification">How closely the adapter's files are looked at first. Default sizes.</param>
    /// <param name="manifestSha256">Hash the adapter's manifest must have (lower-case hex), from the registry; null to take it as it is.</param>
    /// <param name="threads">Tells on how many threads each round is computed; null (default) for the computing thread's own number.</param>
    /// <exception cref="InvalidArtifactException">The folder cannot be used, or does not fit the base; the file is named.</exception>
    public static Predictor LoadAdapter(
        string directory,
        SharedBase shared,
        ArtifactVerification verification = ArtifactVerification.Sizes,
        string? manifestSha256 = null,
        Func<TorchBackend, ThreadPlan?>? threads = null)
    {
        ArgumentNullException.ThrowIfNull(shared);
        var artifact = ArtifactReader.Open(directory, verification, manifestSha256);
        var config = artifact.ReadConfig();
        var tokenizer = artifact.ReadTokenizer();
        LoadedClassifier.ThrowIfIdsDoNotFit(config, tokenizer);
        var calibration = artifact.ReadCalibration(config.Labels.Count);
        var backend = new TorchBackend(shared.Attach(artifact), shared.Device);
        try
        {
            backend.Threads = threads?.Invoke(backend);
        }
        catch
        {
            backend.Dispose();
            throw;
        }

        return new Predictor(tokenizer, backend, calibration);
    }

    /// <summary>Tokenizes one input up to the classifier's longest text.</summary>
    /// <param name="input">Not empty.</param>
    /// <param name="withSpans">Also tell where each token stands in the text.</param>
    public TokenizedText Tokenize(TextInput input, bool withSpans = false) => Tokenizer.Encode(input, Config.MaxTokens, withSpans);

    /// <summary>Predicts a batch. Texts that have settled or reached their cap leave it after each round.</summary>
    /// <param name="texts">One or more, from <see cref="Tokenize"/>.</param>
    /// <param name="options">One per text.</param>
    /// <returns>One prediction per text, in order.</returns>
    /// <exception cref="ArgumentException">There is no text, the counts differ, or an option is out of range.</exception>
    /// <exception cref="ArithmeticException">The classifier gives infinities or NaN.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<TokenizedText> texts, IReadOnlyList<PredictionOptions> options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        if (texts.Count != options.Count)
        {
            throw new ArgumentException($"There are {texts.Count} texts and {options.Count} options.", nameof(options));
        }

        var predictions = new Prediction[texts.Count];
        using var run = Start<int>();
        run.Add([.. texts.Select((text, i) => (i, text, options[i]))]);
        while (run.Count > 0)
        {
            foreach (var (text, prediction) in run.Advance())
            {
                predictions[text] = prediction;
            }
        }

        return predictions;
    }

    /// <summary>Starts predictions to which texts can be added while others are under way.</summary>
    /// <typeparam name="T">What the caller knows a text by.</typeparam>
    /// <returns>To be disposed before the predictor is.</returns>
    public PredictionRun<T> Start<T>() => new(Config, Calibration, _backend.Start());

    /// <summary>Predicts a batch with the same options for every text.</summary>
    /// <inheritdoc cref="Predict(IReadOnlyList{TokenizedText}, IReadOnlyList{PredictionOptions})"/>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<TokenizedText> texts, PredictionOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Predict(texts, [.. Enumerable.Repeat(options, texts.Count)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _backend.Dispose();
}
