using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Loop;

/// <summary>Turns steps into progress records: about two hundred per training, and one every few seconds of slow ones.</summary>
internal sealed class ProgressMeter(long firstStep, long totalSteps, long stepsPerEpoch, TimeProvider time)
{
    private const int ReportsPerTraining = 200;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

    private readonly long _every = Math.Max(1, totalSteps / ReportsPerTraining);
    private readonly long _start = time.GetTimestamp();
    private long _lastReport = time.GetTimestamp();
    private long _textsSinceReport;

    /// <summary>Takes in a step.</summary>
    /// <returns>A record, or null when this step is not worth one.</returns>
    public StepTaken? Take(long step, int texts, long trainedTokens, StepResult result)
    {
        _textsSinceReport += texts;
        var silence = time.GetElapsedTime(_lastReport);
        if (step % _every != 0 && step != firstStep && step != totalSteps && silence < LongestSilence)
        {
            return null;
        }

        var speed = _textsSinceReport / Math.Max(silence.TotalSeconds, 1e-6);
        var secondsPerStep = time.GetElapsedTime(_start).TotalSeconds / (step - firstStep + 1);
        _lastReport = time.GetTimestamp();
        _textsSinceReport = 0;
        return new StepTaken(
            step,
            (double)step / stepsPerEpoch,
            result.Loss,
            result.RoundLosses,
            result.LearningRate,
            result.GradientNorm,
            trainedTokens,
            speed,
            Math.Max(0, secondsPerStep * (totalSteps - step)));
    }
}
