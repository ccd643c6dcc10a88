using System.Text.Json.Serialization;

namespace FeedbackService.Training.Progress;

/// <summary>Something that happened in a training; on the wire one JSON line whose member <c>type</c> names the kind.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TrainingStarted), "started")]
[JsonDerivedType(typeof(StepTaken), "step")]
[JsonDerivedType(typeof(EvaluationMade), "evaluation")]
[JsonDerivedType(typeof(MaskedEvaluationMade), "masked_evaluation")]
[JsonDerivedType(typeof(CheckpointWritten), "checkpoint")]
[JsonDerivedType(typeof(ProgressMessage), "message")]
[JsonDerivedType(typeof(TrainingFinished), "finished")]
[JsonDerivedType(typeof(TrainingCancelled), "cancelled")]
[JsonDerivedType(typeof(TrainingFailed), "failed")]
public abstract record TrainingProgress;
