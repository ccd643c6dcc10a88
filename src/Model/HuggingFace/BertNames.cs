using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>BERT's names.</summary>
internal class BertNames : FamilyNames
{
    /// <inheritdoc/>
    public override string Prefix => "bert.";

    /// <inheritdoc/>
    public override bool IsSpare(string name) => BeginsWith(name, "embeddings.position_ids", "embeddings.token_type_ids", "pooler.", "cls.", "qa_outputs.");

    /// <inheritdoc/>
    public override bool TakesPrefix(string name) => BeginsWith(name, "embeddings.", "encoder.", "pooler.");

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Encoder(TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        return
        [
            Table("encoder.embeddings.token", "embeddings.word_embeddings", config.VocabularySize, width),
            Table("encoder.embeddings.position", "embeddings.position_embeddings", config.MaxPositions, width),
            Table("encoder.embeddings.segment", "embeddings.token_type_embeddings", config.Segments, width),
            .. Norm("encoder.embeddings.norm", "embeddings.LayerNorm", width),
            .. Enumerable.Range(0, config.Layers).SelectMany(layer => Layer($"encoder.layers.{layer}", $"encoder.layer.{layer}", config)),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> HeadLayer(int width) => Map("head.hidden.projection", "pooler.dense", width, width);

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Unused(int width) => Map("pooler.dense", "pooler.dense", width, width);

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Logits(int width, int labels) => Map("head.projection", "classifier", labels, width);

    /// <inheritdoc/>
    public override LanguageHeadNames? LanguageHead { get; } =
        new("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", ["cls.predictions.bias", "cls.predictions.decoder.bias"], "cls.predictions.decoder.weight");

    private static IEnumerable<WeightRule> Layer(string target, string source, TransformerEncoderConfig config)
    {
        var width = config.HiddenSize;
        string[] parts = ["query", "key", "value"];
        return
        [
            .. StackedMap($"{target}.attention.qkv", [.. parts.Select(part => $"{source}.attention.self.{part}")], width),
            .. Map($"{target}.attention.output", $"{source}.attention.output.dense", width, width),
            .. Norm($"{target}.attention_norm", $"{source}.attention.output.LayerNorm", width),
            .. Map($"{target}.feed_forward.inner", $"{source}.intermediate.dense", config.IntermediateSize, width),
            .. Map($"{target}.feed_forward.outer", $"{source}.output.dense", width, config.IntermediateSize),
            .. Norm($"{target}.feed_forward_norm", $"{source}.output.LayerNorm", width),
        ];
    }
}
