using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>Families of published Transformer checkpoints that are read and written; named as <c>model_type</c> names them.</summary>
public enum HuggingFaceFamily
{
    /// <summary>BERT (Devlin et al. 2019, arXiv:1810.04805).</summary>
    Bert,

    /// <summary>DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT without segments, half the layers.</summary>
    [JsonStringEnumMemberName("distilbert")]
    DistilBert,

    /// <summary>RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT's layers over byte-level pieces, without segments.</summary>
    Roberta,

    /// <summary>GPT-2 (Radford et al. 2019): pre-norm, tokens see only those before them.</summary>
    Gpt2,
}
