namespace FeedbackService.Training.Options;

/// <summary>Update rule of the optimizer.</summary>
public enum OptimizerKind
{
    /// <summary>Gradient descent with momentum 0.9.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba 2015) with L2 inside the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    Adamw,
}
