using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>DistilBERT's names.</summary>
internal sealed class DistilBertNames : FamilyNames
{
    /// <inheritdoc/>
    public override string Prefix => "distilbert.";

    /// <inheritdoc/>
    public override bool IsSpare(string name) => BeginsWith(name, "embeddings.position_ids", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "qa_outputs.");

    /// <inheritdoc/>
    public override bool TakesPrefix(string name) => BeginsWith(name, "embeddings.", "transformer.");

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Encoder(TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        return
        [
            Table("encoder.embeddings.token", "embeddings.word_embeddings", config.VocabularySize, width),
            Table("encoder.embeddings.position", "embeddings.position_embeddings", config.MaxPositions, width),
            .. Norm("encoder.embeddings.norm", "embeddings.LayerNorm", width),
            .. Enumerable.Range(0, config.Layers).SelectMany(layer => Layer($"encoder.layers.{layer}", $"transformer.layer.{layer}", config)),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> HeadLayer(int width) => Map("head.hidden.projection", "pre_classifier", width, width);

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Logits(int width, int labels) => Map("head.projection", "classifier", labels, width);

    /// <inheritdoc/>
    public override LanguageHeadNames? LanguageHead { get; } = new("vocab_transform", "vocab_layer_norm", ["vocab_projector.bias"], "vocab_projector.weight");

    private static IEnumerable<WeightRule> Layer(string target, string source, TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        string[] parts = ["q_lin", "k_lin", "v_lin"];
        return
        [
            .. StackedMap($"{target}.attention.qkv", [.. parts.Select(part => $"{source}.attention.{part}")], width),
            .. Map($"{target}.attention.output", $"{source}.attention.out_lin", width, width),
            .. Norm($"{target}.attention_norm", $"{source}.sa_layer_norm", width),
            .. Map($"{target}.feed_forward.inner", $"{source}.ffn.lin1", config.IntermediateSize, width),
            .. Map($"{target}.feed_forward.outer", $"{source}.ffn.lin2", width, config.IntermediateSize),
            .. Norm($"{target}.feed_forward_norm", $"{source}.output_layer_norm", width),
        ];
    }
}
