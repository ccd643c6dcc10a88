namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>Which special tokens <see cref="ByteLevelBpeTokenizer"/> puts around texts.</summary>
public enum ByteLevelBpeLayout
{
    /// <summary>None: a pair is one text after the other, as for GPT-2.</summary>
    Plain,

    /// <summary>&lt;s&gt; text &lt;/s&gt;, a pair &lt;s&gt; text &lt;/s&gt;&lt;/s&gt; pair &lt;/s&gt;, as for RoBERTa.</summary>
    Roberta,
}
