using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Onnx;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>A graph of a classifier in memory. Safe for concurrent use.</summary>
internal sealed class OnnxGraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly HashSet<string> _inputs;
    private readonly HashSet<string> _outputs;

    /// <summary>Writes the graph and loads it.</summary>
    /// <param name="classifier">In evaluation mode, on the CPU. Not used afterwards.</param>
    /// <param name="part">Which graph.</param>
    /// <param name="form">In which form.</param>
    /// <param name="options">Of the session.</param>
    /// <exception cref="NotExportableException">There is no such graph of the classifier.</exception>
    public OnnxGraphSession(TextClassifier classifier, OnnxPart part, OnnxForm form, SessionOptions options)
    {
        using var stream = new MemoryStream();
        OnnxExport.Write(classifier, part, stream, form);
        _session = OnnxEnvironment.Load(stream.ToArray(), options);
        _inputs = [.. _session.InputMetadata.Keys];
        _outputs = [.. _session.OutputMetadata.Keys];
    }

    /// <summary>Whether the graph gives that.</summary>
    public bool Gives(string output) => _outputs.Contains(output);

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">By name; those that the graph does not read are left out.</param>
    /// <param name="outputs">What to compute.</param>
    /// <returns>In the order of <paramref name="outputs"/>; the caller's to dispose.</returns>
    public OrtValue[] Run(IEnumerable<(string Name, OrtValue Value)> inputs, params string[] outputs)
    {
        (string Name, OrtValue Value)[] read = [.. inputs.Where(input => _inputs.Contains(input.Name))];
        using var options = new RunOptions();
        return [.. _session.Run(options, Array.ConvertAll(read, input => input.Name), Array.ConvertAll(read, input => input.Value), outputs)];
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
