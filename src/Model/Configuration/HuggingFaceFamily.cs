namespace FeedbackService.Model.Configuration;

/// <summary>Architectures of Hugging Face checkpoints that can be imported and exported.</summary>
public enum HuggingFaceFamily
{
    /// <summary>BERT (Devlin et al. 2018, arXiv:1810.04805): WordPiece, segments.</summary>
    Bert,

    /// <summary>DistilBERT (Sanh et al. 2019, arXiv:1910.01108): WordPiece, no segments in the encoder.</summary>
    DistilBert,

    /// <summary>RoBERTa (Liu et al. 2019, arXiv:1907.11692): byte-level BPE with &lt;s&gt; and &lt;/s&gt; around texts.</summary>
    Roberta,

    /// <summary>GPT-2 (Radford et al. 2019): byte-level BPE, no special tokens, causal attention.</summary>
    Gpt2,
}
