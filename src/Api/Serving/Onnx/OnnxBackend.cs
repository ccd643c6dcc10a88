using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Onnx;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Runs a classifier with ONNX Runtime on the CPU, from graphs of packed texts made of its weights.</summary>
internal sealed class OnnxBackend : IClassifierBackend
{
    // What is gained by a second copy of the weights is for models of which it takes little memory.
    private const long MostBytesTwice = 128L << 20;

    private readonly OnnxCrew _crew;
    private readonly OnnxGraphSession? _plain;
    private readonly OnnxSegments? _segments;
    private bool _disposed;

    /// <summary>Writes and loads the graphs.</summary>
    /// <param name="classifier">In evaluation mode, on the CPU. Not used afterwards.</param>
    /// <param name="quantised">Whether the encoder's maps compute in 8 bits.</param>
    /// <param name="threads">Most that a graph may take, 1 or more.</param>
    /// <exception cref="NotExportableException">There is no graph of it, or it is too large for one.</exception>
    public OnnxBackend(TextClassifier classifier, bool quantised, int threads)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        Config = classifier.Config;
        var form = new OnnxForm(OnnxLayout.Packed, quantised);
        var twice = threads > 1 && classifier.parameters().Sum(parameter => parameter.numel()) * sizeof(float) <= MostBytesTwice;
        if (Config.Feedback is null)
        {
            _plain = new OnnxGraphSession(classifier, OnnxPart.Classifier, form, threads, twice);
        }
        else
        {
            _segments = new OnnxSegments(classifier, form, threads, twice);
        }

        _crew = new OnnxCrew(threads, twice);
    }

    /// <inheritdoc/>
    public ClassifierConfig Config { get; }

    /// <inheritdoc/>
    public IClassifierRun Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _plain is not null ? new OnnxPlainRun(_plain, _crew) : new OnnxRun(_segments!, Config.Feedback!.Rounds, _crew);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _crew.Dispose();
        _plain?.Dispose();
        _segments?.Dispose();
    }
}
