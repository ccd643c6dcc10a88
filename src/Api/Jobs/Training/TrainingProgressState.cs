using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Events;
using FeedbackService.Training.Progress;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>Turns a training's records into what its job shows: one progress object, points of the series, lines of the log.</summary>
internal sealed class TrainingProgressState
{
    private readonly JsonObject _progress = [];
    private long _totalSteps;

    /// <summary>Step of the best evaluation so far; 0 before the first.</summary>
    public long BestStep { get; private set; }

    /// <summary>Newest evaluation as JSON; an empty object before the first.</summary>
    public string EvaluationJson { get; private set; } = "{}";

    /// <summary>Takes in a record.</summary>
    /// <returns>What to write of it; null when there is nothing.</returns>
    public JobReport? Take(TrainingProgress progress) => progress switch
    {
        TrainingStarted started => Start(started),
        StepTaken step => Step(step),
        EvaluationMade evaluation => Evaluate(evaluation),
        MaskedEvaluationMade evaluation => Evaluate(evaluation),
        ProgressMessage message => new JobReport { Events = [new JobEvent(message.Level, "message", message.Message)] },
        TrainingFinished finished => Finish(finished),
        _ => null,
    };

    private JobReport Start(TrainingStarted started)
    {
        _totalSteps = started.TotalSteps;
        _progress["total_steps"] = started.TotalSteps;
        _progress["step"] = started.ResumedFromStep;
        _progress["percent"] = Percent(started.ResumedFromStep);
        var begin = started.ResumedFromStep > 0 ? $"Going on from step {started.ResumedFromStep}" : "Training begins";
        var line = $"{begin}: {started.TrainingTexts} texts, {started.ValidationTexts} to validate with, {(started.Labels.Count > 0 ? $"{started.Labels.Count} labels, " : "")}"
            + $"{started.TotalSteps} steps, {started.Parameters} parameters, {started.Device}, {started.Threads} threads.";
        var events = new List<JobEvent> { new("info", "message", line, Json(started)) };
        if (started.TruncatedTexts > 0)
        {
            events.Add(JobEvent.Warning($"{started.TruncatedTexts} texts are longer than max_tokens and were cut."));
        }
        return new JobReport { ProgressJson = _progress.ToJsonString(), Events = events };
    }

    private JobReport Step(StepTaken step)
    {
        _progress["step"] = step.Step;
        _progress["percent"] = Percent(step.Step);
        _progress["epoch"] = step.Epoch;
        _progress["loss"] = step.Loss;
        _progress["trained_tokens"] = step.TrainedTokens;
        _progress["texts_per_second"] = step.TextsPerSecond;
        _progress["eta_seconds"] = step.EtaSeconds;
        var line = $"Step {step.Step}/{_progress["total_steps"]}: training loss {Number(step.Loss, "F4")}";
        return new JobReport
        {
            ProgressJson = _progress.ToJsonString(),
            Metrics = [new JobMetric(checked((int)step.Step), "step", Json(step))],
            Events = [JobEvent.Metrics(line, WithProgress(step))],
        };
    }

    private JobReport Evaluate(EvaluationMade evaluation)
    {
        _progress["valid_accuracy"] = evaluation.Accuracy;
        var line = $"Step {evaluation.Step}/{_progress["total_steps"]}: validation loss {Number(evaluation.ValidLoss, "F4")}, accuracy {Number(evaluation.Accuracy, "F3")}, "
            + $"macro-F1 {Number(evaluation.MacroF1, "F3")}{(evaluation.RootMeanSquaredError is { } error ? $", RMSE {Number(error, "G4")}" : "")}";
        return Evaluated(evaluation, evaluation.Step, evaluation.ValidLoss, evaluation.IsBest, line);
    }

    private JobReport Evaluate(MaskedEvaluationMade evaluation)
    {
        _progress["valid_perplexity"] = evaluation.Perplexity;
        _progress["valid_masked_accuracy"] = evaluation.MaskedAccuracy;
        var line = $"Step {evaluation.Step}/{_progress["total_steps"]}: validation loss {Number(evaluation.ValidLoss, "F4")}, perplexity {Number(evaluation.Perplexity, "G5")}, "
            + $"{Number(100 * evaluation.MaskedAccuracy, "F1")} % of the hidden tokens guessed";
        return Evaluated(evaluation, evaluation.Step, evaluation.ValidLoss, evaluation.IsBest, line);
    }

    private JobReport Evaluated(TrainingProgress evaluation, long step, double validLoss, bool isBest, string line)
    {
        BestStep = isBest ? step : BestStep;
        EvaluationJson = Json(evaluation);
        _progress["valid_loss"] = validLoss;
        return new JobReport
        {
            ProgressJson = _progress.ToJsonString(),
            Metrics = [new JobMetric(checked((int)step), "evaluation", EvaluationJson)],
            Events = [JobEvent.Metrics(line + (isBest ? ", best so far" : ""), EvaluationJson)],
        };
    }

    private JobReport Finish(TrainingFinished finished)
    {
        _progress["step"] = finished.Step;
        _progress["percent"] = 100;
        _progress["best_step"] = finished.BestStep;
        _progress["stopped_early"] = finished.StoppedEarly;
        _progress["trained_tokens"] = finished.TrainedTokens;
        _progress["eta_seconds"] = 0;
        return new JobReport
        {
            ProgressJson = _progress.ToJsonString(),
            Events = [JobEvent.Info($"Training done after {finished.Step} steps{(finished.StoppedEarly ? ", stopped early" : "")}; the weights of step {finished.BestStep} are kept.")],
        };
    }

    // Of the steps planned: a training that stops early jumps to 100.
    private double? Percent(long step) => _totalSteps > 0 ? Math.Round(100 * Math.Min((double)step / _totalSteps, 1), 1) : null;

    // Whoever follows the log sees how far it is without asking for the job as well.
    private string WithProgress(StepTaken step)
    {
        var json = JsonSerializer.Deserialize<JsonObject>(Json(step))!;
        json["total_steps"] = _totalSteps;
        json["percent"] = Percent(step.Step);
        return json.ToJsonString();
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Json(TrainingProgress progress)
    {
        var json = JsonSerializer.Deserialize<JsonObject>(ProgressJson.Write(progress))!;
        json.Remove("type");
        return json.ToJsonString();
    }
}
