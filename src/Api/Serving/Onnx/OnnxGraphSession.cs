using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>A graph of a classifier in memory. Safe for concurrent use.</summary>
internal sealed class OnnxGraphSession : IDisposable
{
    private readonly InferenceSession _onAll;
    private readonly InferenceSession? _onOne;
    private readonly HashSet<string> _inputs;
    private readonly HashSet<string> _outputs;

    /// <summary>Writes the graph and loads it.</summary>
    /// <param name="classifier">In evaluation mode, on the CPU. Not used afterwards.</param>
    /// <param name="part">Which graph.</param>
    /// <param name="form">In which form.</param>
    /// <param name="threads">What <see cref="OnnxThreads.All"/> is, 1 or more.</param>
    /// <param name="twice">Whether it is loaded again for <see cref="OnnxThreads.One"/>: threads belong to a session, and weights too.</param>
    /// <exception cref="NotExportableException">There is no such graph of the classifier.</exception>
    public OnnxGraphSession(TextClassifier classifier, OnnxPart part, OnnxForm form, int threads, bool twice)
    {
        using var stream = new MemoryStream();
        OnnxExport.Write(classifier, part, stream, form);
        var model = stream.ToArray();
        _onAll = Load(model, threads);
        try
        {
            _onOne = twice ? Load(model, 1) : null;
        }
        catch
        {
            Dispose();
            throw;
        }

        _inputs = [.. _onAll.InputMetadata.Keys];
        _outputs = [.. _onAll.OutputMetadata.Keys];
    }

    /// <summary>Whether the graph gives that.</summary>
    public bool Gives(string output) => _outputs.Contains(output);

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">By name; those that the graph does not read are left out.</param>
    /// <param name="threads">One only where it has been loaded twice.</param>
    /// <param name="outputs">What to compute.</param>
    /// <returns>In the order of <paramref name="outputs"/>; the caller's to dispose.</returns>
    public OrtValue[] Run(IEnumerable<(string Name, OrtValue Value)> inputs, OnnxThreads threads, params string[] outputs)
    {
        var session = threads == OnnxThreads.One ? _onOne ?? throw new InvalidOperationException("The graph is not loaded for one thread.") : _onAll;
        (string Name, OrtValue Value)[] read = [.. inputs.Where(input => _inputs.Contains(input.Name))];
        using var options = new RunOptions();
        return [.. session.Run(options, Array.ConvertAll(read, input => input.Name), Array.ConvertAll(read, input => input.Value), outputs)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _onAll.Dispose();
        _onOne?.Dispose();
    }

    private static InferenceSession Load(byte[] model, int threads)
    {
        using var options = OnnxEnvironment.SessionOptions(threads);
        return OnnxEnvironment.Load(model, options);
    }
}
