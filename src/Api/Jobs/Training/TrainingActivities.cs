using System.Diagnostics;
using FeedbackService.Training.Progress;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>What the span around a training process learns from its records: the process itself knows of no traces.</summary>
internal static class TrainingActivities
{
    /// <summary>Takes in a record. The time before the event "started" went into reading the data and making the model.</summary>
    public static void Note(this Activity training, TrainingProgress progress)
    {
        switch (progress)
        {
            case TrainingStarted started:
                training.SetTag("training.total_steps", started.TotalSteps).SetTag("training.resumed_from_step", started.ResumedFromStep)
                    .SetTag("training.device", started.Device).AddEvent(new ActivityEvent("started"));
                break;
            case EvaluationMade evaluation:
                training.AddEvent(new ActivityEvent(
                    "evaluation", tags: new ActivityTagsCollection { ["training.step"] = evaluation.Step, ["training.macro_f1"] = evaluation.MacroF1 }));
                break;
            case MaskedEvaluationMade evaluation:
                training.AddEvent(new ActivityEvent(
                    "evaluation", tags: new ActivityTagsCollection { ["training.step"] = evaluation.Step, ["training.masked_loss"] = evaluation.ValidLoss }));
                break;
            case TrainingFinished finished:
                training.SetTag("training.steps", finished.Step);
                break;
        }
    }
}
