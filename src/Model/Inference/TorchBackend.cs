using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>Runs a <see cref="TextClassifier"/> with TorchSharp. Used by one thread at a time, synchronously.</summary>
public sealed class TorchBackend : IClassifierBackend
{
    private readonly TextClassifier _classifier;
    private readonly Device _device;
    private bool _disposed;

    /// <summary>Takes over a classifier: puts it into evaluation mode, rounds and moves it, and disposes it in the end.</summary>
    /// <param name="classifier">With its weights loaded. No optimizer may hold its parameters: moving replaces them.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="precision">In what to compute.</param>
    public TorchBackend(TextClassifier classifier, Device device, ComputePrecision precision = ComputePrecision.Float32)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(device);
        _classifier = classifier;
        _device = device;
        classifier.eval();
        classifier.ComputeIn(precision);
        classifier.to(device);
    }

    /// <inheritdoc/>
    public ClassifierConfig Config => _classifier.Config;

    /// <summary>
    /// Threads of libtorch for each round of runs that start from now on, after which the computing thread has again as many as it had. Null (default): as many as that thread has. Without effect but on a CPU.
    /// </summary>
    public ThreadPlan? Threads { get; set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Part of the classifier is in training mode.</exception>
    public IClassifierRun Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireEvaluationMode();
        return new TorchRun(_classifier, _device, _device.type == DeviceType.CPU ? Threads : null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _classifier.Dispose();
    }

    private void RequireEvaluationMode()
    {
        // The mode does not always reach every child (TorchSharp issue 1426), and dropout while serving would show only
        // as slightly wrong answers.
        foreach (var module in _classifier.modules())
        {
            if (module.training)
            {
                throw new InvalidOperationException($"{module.GetName()} is in training mode; call eval() on the classifier before serving it.");
            }
        }
    }
}
