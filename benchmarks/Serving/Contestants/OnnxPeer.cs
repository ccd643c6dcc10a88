using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Onnx;
using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>The same weights in ONNX Runtime, in this process, with all processors and its own tokenizer: whoever does without a server writes this.</summary>
internal sealed class OnnxPeer : IDisposable
{
    private const string Segments = "token_type_ids";

    private readonly DirectoryInfo _folder;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ITextTokenizer _tokenizer;
    private readonly ClassifierConfig _config;

    private OnnxPeer(string artifact, DirectoryInfo folder)
    {
        var opened = ArtifactReader.Open(artifact);
        (_config, _tokenizer, _folder) = (opened.ReadConfig(), opened.ReadTokenizer(), folder);
        using (var file = File.Create(Graph))
        {
            OnnxExport.Write(artifact, null, OnnxPart.Classifier, file);
        }

        using var options = new SessionOptions
        {
            IntraOpNumThreads = Environment.ProcessorCount,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _session = new InferenceSession(Graph, options);
    }

    /// <summary>File of the graph.</summary>
    public string Graph => Path.Combine(_folder.FullName, "model.onnx");

    /// <summary>Shape of the classifier.</summary>
    public ClassifierConfig Config => _config;

    /// <summary>Loads an artifact.</summary>
    public static OnnxPeer Load(string artifact) => new(artifact, Directory.CreateTempSubdirectory("serving-benchmark-"));

    /// <summary>Tokenizes a text.</summary>
    public int[] Tokenize(TextInput input) => _tokenizer.Encode(input, _config.MaxTokens).Ids;

    /// <summary>Classifies texts as one batch, padded to the longest.</summary>
    /// <returns>A label for each.</returns>
    public IReadOnlyList<string> Classify(IReadOnlyList<int[]> texts)
    {
        var width = texts.Max(ids => ids.Length);
        var (ids, mask) = (new long[texts.Count * width], new long[texts.Count * width]);
        for (var text = 0; text < texts.Count; text++)
        {
            for (var token = 0; token < texts[text].Length; token++)
            {
                (ids[(text * width) + token], mask[(text * width) + token]) = (texts[text][token], 1);
            }
        }

        long[] shape = [texts.Count, width];
        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var segments = _session.InputMetadata.ContainsKey(Segments) ? OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape) : null;
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = idValue, ["attention_mask"] = maskValue };
        if (segments is not null)
        {
            inputs[Segments] = segments;
        }

        using var outputs = _session.Run(_run, inputs, ["logits"]);
        return Labels(outputs[0].GetTensorDataAsSpan<float>(), texts.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    private string[] Labels(ReadOnlySpan<float> logits, int texts)
    {
        var (labels, count) = (new string[texts], _config.Labels.Count);
        for (var text = 0; text < texts; text++)
        {
            var own = logits.Slice(text * count, count);
            var best = 0;
            for (var label = 1; label < count; label++)
            {
                best = own[label] > own[best] ? label : best;
            }

            labels[text] = _config.Labels[best];
        }

        return labels;
    }
}
