using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>How the texts of a batch lie, and what they say, as inputs of graphs of packed texts. B texts of up to T tokens, N tokens over all of them.</summary>
internal sealed class OnnxBatch : IDisposable
{
    private readonly List<(string Name, OrtValue Value)> _inputs = [];

    /// <summary>Lays out texts.</summary>
    /// <param name="lengths">Tokens per text, each at least 1.</param>
    public OnnxBatch(IReadOnlyList<int> lengths)
    {
        Lengths = lengths;
        var longest = lengths.Max();
        var (mask, slots) = (new long[lengths.Count * longest], new long[lengths.Count * longest]);
        Tokens = lengths.Sum();
        var (places, textOfRow) = (new long[Tokens], new long[Tokens]);
        var row = 0;
        for (var text = 0; text < lengths.Count; text++)
        {
            var first = text * longest;
            for (var token = 0; token < lengths[text]; token++, row++)
            {
                (mask[first + token], slots[first + token]) = (1, row);
                (places[row], textOfRow[row]) = (first + token, text);
            }
        }

        Add("attention_mask", mask, lengths.Count, longest);
        Add("slots", slots, lengths.Count, longest);
        Add("places", places, Tokens);
        Add("text_of_row", textOfRow, Tokens);
    }

    /// <summary>Tokens per text.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>N.</summary>
    public int Tokens { get; }

    /// <summary>Everything, for a run.</summary>
    public IEnumerable<(string Name, OrtValue Value)> Inputs => _inputs;

    /// <summary>Texts as they come from the tokenizer.</summary>
    public static OnnxBatch Of(PackedTokens tokens)
    {
        var batch = new OnnxBatch(tokens.Lengths);
        batch.Add("input_ids", Array.ConvertAll(tokens.Ids, id => (long)id), batch.Tokens);
        batch.Add("token_type_ids", Array.ConvertAll(tokens.SegmentIds ?? new int[batch.Tokens], id => (long)id), batch.Tokens);
        batch.Add("token_weights", tokens.Weights ?? [.. Enumerable.Repeat(1f, batch.Tokens)], batch.Tokens);
        return batch;
    }

    /// <summary>Adds an input that is disposed with the batch.</summary>
    /// <typeparam name="T">Of its elements.</typeparam>
    /// <param name="name">Of the input.</param>
    /// <param name="values">Not changed while the batch is there.</param>
    /// <param name="shape">Of the tensor.</param>
    public void Add<T>(string name, T[] values, params long[] shape)
        where T : unmanaged => _inputs.Add((name, OrtValue.CreateTensorValueFromMemory(values, shape)));

    /// <inheritdoc/>
    public void Dispose() => _inputs.ForEach(input => input.Value.Dispose());
}
