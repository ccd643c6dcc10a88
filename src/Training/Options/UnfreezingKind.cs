namespace FeedbackService.Training.Options;

/// <summary>When the blocks of an encoder begin to learn.</summary>
public enum UnfreezingKind
{
    /// <summary>All from the first epoch on.</summary>
    None,

    /// <summary>One more with each epoch after the first, from the top (Howard and Ruder 2018, arXiv:1801.06146, section 3.3).</summary>
    Gradual,
}
