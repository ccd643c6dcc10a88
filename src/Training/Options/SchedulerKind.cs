namespace FeedbackService.Training.Options;

/// <summary>Course of the learning rate after the warm-up.</summary>
public enum SchedulerKind
{
    /// <summary>Down to zero in a straight line.</summary>
    Linear,

    /// <summary>Down to zero along half a cosine.</summary>
    Cosine,

    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls with the inverse square root of the step (Vaswani et al. 2017); scaled so that its peak is the asked rate.</summary>
    Noam,
}
