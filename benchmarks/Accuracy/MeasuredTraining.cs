using System.Text.Json.Nodes;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;

namespace FeedbackService.Accuracy;

/// <summary>A training that is over.</summary>
/// <param name="Parameters">Of the model.</param>
/// <param name="Steps">Optimizer steps taken.</param>
/// <param name="Seconds">Processor seconds from the first step on; files are read before.</param>
/// <param name="Report">Of its validation part.</param>
/// <param name="FirstMaskedLoss">In pre-training, the loss of the first evaluation.</param>
internal sealed record MeasuredTraining(long Parameters, long Steps, double Seconds, JsonObject Report, double? FirstMaskedLoss)
{
    /// <summary>Runs one in this process.</summary>
    public static MeasuredTraining Run(TrainingPlan plan)
    {
        var (began, took) = (TimeSpan.Zero, TimeSpan.Zero);
        TrainingStarted? started = null;
        TrainingFinished? finished = null;
        double? firstLoss = null;
        new Trainer(plan, Follow, TimeProvider.System).Run();
        return new MeasuredTraining(started!.Parameters, finished!.Step, Math.Round(took.TotalSeconds, 1), finished.Report!, firstLoss);

        void Follow(TrainingProgress progress)
        {
            switch (progress)
            {
                case TrainingStarted start:
                    started = start;
                    began = Environment.CpuUsage.TotalTime;
                    break;
                case MaskedEvaluationMade evaluation:
                    firstLoss ??= evaluation.ValidLoss;
                    break;
                case TrainingFinished end:
                    took = Environment.CpuUsage.TotalTime - began;
                    finished = end;
                    break;
            }
        }
    }
}
