using TorchSharp.Modules;

namespace FeedbackService.Training.Optimization;

/// <summary>A parameter with how it is to be moved.</summary>
/// <param name="Name">Key in the state dictionary.</param>
/// <param name="Value">The parameter itself; owned by its module.</param>
/// <param name="LearningRateFactor">Factor on the learning rate.</param>
/// <param name="Decays">Weight decay applies.</param>
public sealed record TrainableParameter(string Name, Parameter Value, double LearningRateFactor = 1, bool Decays = true);
