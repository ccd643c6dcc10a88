using System.Text.Json.Nodes;

namespace FeedbackService.Training.Progress;

/// <summary>Data are read, the model is made, the first step comes next.</summary>
/// <param name="Hyperparameters">Effective value of every option.</param>
/// <param name="TotalSteps">Optimizer steps if nothing stops the training early.</param>
/// <param name="StepsPerEpoch">Optimizer steps of one pass.</param>
/// <param name="TrainingTexts">Texts of the training part.</param>
/// <param name="ValidationTexts">Texts of the validation part; 0 for none.</param>
/// <param name="TruncatedTexts">Texts of the training part that were cut to <c>max_tokens</c>.</param>
/// <param name="Labels">Label names in the order of the logits.</param>
/// <param name="Parameters">Numbers that are trained.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="Threads">Threads of libtorch, part of what reproducibility promises.</param>
/// <param name="ResumedFromStep">Step of the checkpoint the training goes on from; 0 for a fresh start.</param>
public sealed record TrainingStarted(
    JsonObject Hyperparameters,
    long TotalSteps,
    long StepsPerEpoch,
    int TrainingTexts,
    int ValidationTexts,
    int TruncatedTexts,
    IReadOnlyList<string> Labels,
    long Parameters,
    string Device,
    int Threads,
    long ResumedFromStep) : TrainingProgress;
