namespace FeedbackService.Model.Configuration;

/// <summary>What the logits mean.</summary>
public enum HeadKind
{
    /// <summary>Exactly one label applies: softmax over the logits.</summary>
    SingleLabel,

    /// <summary>Any number of labels applies: a sigmoid per logit.</summary>
    MultiLabel,

    /// <summary>
    /// Exactly one label applies, and the labels are numbers: the head gives one score s, and the logits −½(s − ĝ_c)² (but for what all have in common) are those
    /// of a normal distribution around it over the standardised grades ĝ_c (<see cref="Heads.GradeScale"/>). The nearest grade is the best label.
    /// </summary>
    Graded,
}
