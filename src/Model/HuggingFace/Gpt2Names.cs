using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>GPT-2's names.</summary>
internal sealed class Gpt2Names : FamilyNames
{
    /// <inheritdoc/>
    public override string Prefix => "transformer.";

    // Old checkpoints carry the causal mask in every layer.
    /// <inheritdoc/>
    public override bool IsSpare(string name) => BeginsWith(name, "lm_head.", "qa_outputs.", "multiple_choice_head.")
        || (BeginsWith(name, "h.") && (name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)));

    /// <inheritdoc/>
    public override bool TakesPrefix(string name) => BeginsWith(name, "wte.", "wpe.", "h.", "ln_f.");

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Encoder(TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        return
        [
            Table("encoder.embeddings.token", "wte", config.VocabularySize, width),
            Table("encoder.embeddings.position", "wpe", config.MaxPositions, width),
            .. Enumerable.Range(0, config.Layers).SelectMany(layer => Layer($"encoder.layers.{layer}", $"h.{layer}", config)),
            .. Norm("encoder.final_norm", "ln_f", width),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> HeadLayer(int width) => [];

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Logits(int width, int labels) => [new WeightRule("head.projection.weight", [labels, width], WeightForm.Same, ["score.weight"])];

    private static IEnumerable<WeightRule> Layer(string target, string source, TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        return
        [
            .. Norm($"{target}.attention_norm", $"{source}.ln_1", width),
            .. Map($"{target}.attention.qkv", $"{source}.attn.c_attn", 3L * width, width, WeightForm.Transposed),
            .. Map($"{target}.attention.output", $"{source}.attn.c_proj", width, width, WeightForm.Transposed),
            .. Norm($"{target}.feed_forward_norm", $"{source}.ln_2", width),
            .. Map($"{target}.feed_forward.inner", $"{source}.mlp.c_fc", config.IntermediateSize, width, WeightForm.Transposed),
            .. Map($"{target}.feed_forward.outer", $"{source}.mlp.c_proj", width, config.IntermediateSize, WeightForm.Transposed),
        ];
    }
}
