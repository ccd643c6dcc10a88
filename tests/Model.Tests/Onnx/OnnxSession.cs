using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FeedbackService.Model.Tests.Onnx;

/// <summary>A graph in ONNX Runtime, as somebody else would run it.</summary>
internal sealed class OnnxSession(byte[] model) : IDisposable
{
    private readonly InferenceSession _session = new(model);

    public IReadOnlyCollection<string> Inputs => [.. _session.InputMetadata.Keys];

    public void Dispose() => _session.Dispose();

    /// <summary>Runs it; inputs that the graph does not have are left out.</summary>
    public Dictionary<string, DenseTensor<float>> Run(IEnumerable<NamedOnnxValue> values)
    {
        using var results = _session.Run([.. values.Where(value => _session.InputMetadata.ContainsKey(value.Name))]);
        return results.ToDictionary(result => result.Name, result => result.AsTensor<float>().ToDenseTensor(), StringComparer.Ordinal);
    }

    /// <summary>Texts as inputs, padded behind their ends with id 0.</summary>
    public static IReadOnlyList<NamedOnnxValue> Padded(IReadOnlyList<TokenizedText> texts)
    {
        var longest = texts.Max(text => text.Ids.Length);
        int[] shape = [texts.Count, longest];
        var (ids, mask, segments, weights) = (new DenseTensor<long>(shape), new DenseTensor<long>(shape), new DenseTensor<long>(shape), new DenseTensor<float>(shape));
        for (var text = 0; text < texts.Count; text++)
        {
            for (var token = 0; token < texts[text].Ids.Length; token++)
            {
                ids[text, token] = texts[text].Ids[token];
                mask[text, token] = 1;
                segments[text, token] = texts[text].SegmentIds?[token] ?? 0;
                weights[text, token] = texts[text].Weights?[token] ?? 1;
            }
        }

        return
        [
            NamedOnnxValue.CreateFromTensor("input_ids", ids),
            NamedOnnxValue.CreateFromTensor("attention_mask", mask),
            NamedOnnxValue.CreateFromTensor("token_type_ids", segments),
            NamedOnnxValue.CreateFromTensor("token_weights", weights),
        ];
    }
}
