using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Onnx;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Runs a classifier with ONNX Runtime on the CPU, from graphs of packed texts made of its weights.</summary>
internal sealed class OnnxBackend : IClassifierBackend
{
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
        using var options = OnnxEnvironment.SessionOptions(threads);
        var form = new OnnxForm(OnnxLayout.Packed, quantised);
        if (Config.Feedback is null)
        {
            _plain = new OnnxGraphSession(classifier, OnnxPart.Classifier, form, options);
        }
        else
        {
            _segments = new OnnxSegments(classifier, form, options);
        }
    }

    /// <inheritdoc/>
    public ClassifierConfig Config { get; }

    /// <inheritdoc/>
    public IClassifierRun Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _plain is not null ? new OnnxPlainRun(_plain) : new OnnxRun(_segments!, Config.Feedback!.Rounds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _plain?.Dispose();
        _segments?.Dispose();
    }
}
