namespace FeedbackService.Model.HuggingFace;

/// <summary>RoBERTa's names: BERT's but for the heads.</summary>
internal sealed class RobertaNames : BertNames
{
    /// <inheritdoc/>
    public override string Prefix => "roberta.";

    /// <inheritdoc/>
    public override bool IsSpare(string name) => BeginsWith(name, "embeddings.position_ids", "embeddings.token_type_ids", "pooler.", "lm_head.", "qa_outputs.");

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> HeadLayer(int width) => Map("head.hidden.projection", "classifier.dense", width, width);

    /// <inheritdoc/>
    public override IEnumerable<WeightRule> Logits(int width, int labels) => Map("head.projection", "classifier.out_proj", labels, width);

    /// <inheritdoc/>
    public override LanguageHeadNames? LanguageHead { get; } = new("lm_head.dense", "lm_head.layer_norm", ["lm_head.bias", "lm_head.decoder.bias"], "lm_head.decoder.weight");
}
