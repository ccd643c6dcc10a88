using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>GPT-2 as its authors describe it, in loops over float64 and from the tensors of a checkpoint: nothing of it is shared with the encoder that it judges.</summary>
internal sealed class PlainGpt2
{
    private readonly Dictionary<string, double[]> _weights;
    private readonly int _width;
    private readonly int _layers;
    private readonly int _heads;
    private readonly double _epsilon;

    public PlainGpt2(string weights, int width, int layers, int heads, double epsilon)
    {
        (_width, _layers, _heads, _epsilon) = (width, layers, heads, epsilon);
        using var scope = NewDisposeScope();
        using var reader = SafetensorsReader.Open(weights);
        _weights = reader.Entries.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name).to(ScalarType.Float64).data<double>().ToArray());
    }

    /// <summary>Logits of a classifier: those of the last token.</summary>
    public double[] Logits(int[] ids, int labels)
    {
        var states = ids.Select((id, position) => Enumerable.Range(0, _width)
            .Select(column => _weights["transformer.wte.weight"][(id * _width) + column] + _weights["transformer.wpe.weight"][(position * _width) + column]).ToArray()).ToArray();
        for (var layer = 0; layer < _layers; layer++)
        {
            var name = $"transformer.h.{layer}";
            var attended = Attend([.. states.Select(state => Map(Norm(state, $"{name}.ln_1"), $"{name}.attn.c_attn"))]);
            states = [.. states.Zip(attended, (state, mixed) => Sum(state, Map(mixed, $"{name}.attn.c_proj")))];
            states = [.. states.Select(state => Sum(state, Map([.. Map(Norm(state, $"{name}.ln_2"), $"{name}.mlp.c_fc").Select(Gelu)], $"{name}.mlp.c_proj")))];
        }

        var last = Norm(states[^1], "transformer.ln_f");
        return [.. Enumerable.Range(0, labels).Select(label => last.Select((value, column) => value * _weights["score.weight"][(label * _width) + column]).Sum())];
    }

    // Query, key and value stand side by side; a token sees itself and those before it.
    private double[][] Attend(double[][] rows)
    {
        var size = _width / _heads;
        return [.. rows.Select((row, token) => Enumerable.Range(0, _heads).SelectMany(head =>
        {
            var start = head * size;
            var scores = Enumerable.Range(0, token + 1).Select(other => Enumerable.Range(0, size).Sum(i => row[start + i] * rows[other][_width + start + i]) / Math.Sqrt(size)).ToArray();
            var exponents = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            return Enumerable.Range(0, size).Select(i => exponents.Select((exponent, other) => exponent * rows[other][(2 * _width) + start + i]).Sum() / exponents.Sum());
        }).ToArray())];
    }

    // A map is kept as inputs × outputs.
    private double[] Map(double[] input, string name)
    {
        var (weight, bias) = (_weights[name + ".weight"], _weights[name + ".bias"]);
        Assert.Equal(input.Length * bias.Length, weight.Length);
        return [.. bias.Select((shift, output) => shift + input.Select((value, i) => value * weight[(i * bias.Length) + output]).Sum())];
    }

    private double[] Norm(double[] state, string name)
    {
        var mean = state.Average();
        var deviation = Math.Sqrt(state.Average(value => (value - mean) * (value - mean)) + _epsilon);
        return [.. state.Select((value, i) => ((value - mean) / deviation * _weights[name + ".weight"][i]) + _weights[name + ".bias"][i])];
    }

    private static double[] Sum(double[] one, double[] other) => [.. one.Zip(other, (left, right) => left + right)];

    private static double Gelu(double value) => 0.5 * value * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + (0.044715 * value * value * value))));
}
