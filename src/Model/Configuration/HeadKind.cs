namespace FeedbackService.Model.Configuration;

/// <summary>What the logits mean.</summary>
public enum HeadKind
{
    /// <summary>Exactly one label applies: softmax over the logits.</summary>
    SingleLabel,

    /// <summary>Any number of labels applies: a sigmoid per logit.</summary>
    MultiLabel,
}
