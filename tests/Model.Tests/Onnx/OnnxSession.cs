using FeedbackService.Model.Onnx;
using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FeedbackService.Model.Tests.Onnx;

/// <summary>A graph in ONNX Runtime, as somebody else would run it.</summary>
internal sealed class OnnxSession(byte[] model) : IDisposable
{
    private readonly InferenceSession _session = new(model);

    public void Dispose() => _session.Dispose();

    /// <summary>Runs it; inputs that the graph does not have are left out.</summary>
    public Dictionary<string, DenseTensor<float>> Run(IEnumerable<NamedOnnxValue> values)
    {
        using var results = _session.Run([.. values.Where(value => _session.InputMetadata.ContainsKey(value.Name))]);
        return results.ToDictionary(result => result.Name, result => result.AsTensor<float>().ToDenseTensor(), StringComparer.Ordinal);
    }

    /// <summary>Texts as inputs of a layout.</summary>
    public static IReadOnlyList<NamedOnnxValue> Inputs(IReadOnlyList<TokenizedText> texts, OnnxLayout layout) => layout == OnnxLayout.Packed ? Packed(texts) : Padded(texts);

    // End to end.
    private static List<NamedOnnxValue> Packed(IReadOnlyList<TokenizedText> texts)
    {
        var longest = texts.Max(text => text.Ids.Length);
        var packed = PackedTokens.Pack(texts);
        var (mask, slots) = (new DenseTensor<long>([texts.Count, longest]), new DenseTensor<long>([texts.Count, longest]));
        var (places, textOfRow) = (new long[packed.TotalTokens], new long[packed.TotalTokens]);
        var row = 0;
        for (var text = 0; text < texts.Count; text++)
        {
            for (var token = 0; token < texts[text].Ids.Length; token++, row++)
            {
                (mask[text, token], slots[text, token]) = (1, row);
                (places[row], textOfRow[row]) = ((text * longest) + token, text);
            }
        }

        int[] shape = [packed.TotalTokens];
        return
        [
            NamedOnnxValue.CreateFromTensor("input_ids", new DenseTensor<long>(Array.ConvertAll(packed.Ids, id => (long)id), shape)),
            NamedOnnxValue.CreateFromTensor("token_type_ids", new DenseTensor<long>(Array.ConvertAll(packed.SegmentIds ?? new int[packed.TotalTokens], id => (long)id), shape)),
            NamedOnnxValue.CreateFromTensor("token_weights", new DenseTensor<float>(packed.Weights ?? [.. Enumerable.Repeat(1f, packed.TotalTokens)], shape)),
            NamedOnnxValue.CreateFromTensor("attention_mask", mask),
            NamedOnnxValue.CreateFromTensor("slots", slots),
            NamedOnnxValue.CreateFromTensor("places", new DenseTensor<long>(places, [places.Length])),
            NamedOnnxValue.CreateFromTensor("text_of_row", new DenseTensor<long>(textOfRow, shape)),
        ];
    }

    // Padded behind their ends with id 0.
    private static IReadOnlyList<NamedOnnxValue> Padded(IReadOnlyList<TokenizedText> texts)
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
