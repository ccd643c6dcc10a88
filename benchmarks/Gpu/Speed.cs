using System.Runtime.InteropServices;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>Batches per second, by the code that serves and trains.</summary>
internal sealed class Speed(Device device, Clock clock)
{
    private const int Steps = 1_000_000;

    /// <summary>Packed ids in, logits on the host out.</summary>
    /// <returns>Null when the device has too little memory.</returns>
    public double? OfInference(ClassifierConfig config, ComputePrecision precision, int texts, int tokens)
    {
        using var backend = new TorchBackend(Models.Create(config), device, precision);
        var packed = PackedTokens.Pack(Shapes.Texts(config, Enumerable.Repeat(tokens, texts)));
        return IfItFits(() => clock.PerSecond(() =>
        {
            using var run = backend.Start();
            run.Add(packed);
            run.Advance();
        }));
    }

    /// <summary>Whole steps: forwards, back, clipping, AdamW.</summary>
    /// <returns>Null when the device has too little memory.</returns>
    public double? OfTraining(ClassifierConfig config, ComputePrecision precision, int texts, int tokens)
    {
        var options = new TrainingOptions { Optimizer = new OptimizerOptions { Precision = precision } };
        var model = Models.Create(config);
        model.to(device);
        List<EncodedExample> batch = [.. Shapes.Texts(config, Enumerable.Repeat(tokens, texts)).Select((text, index) => new EncodedExample(text, [index % config.Labels.Count]))];
        using var task = new ClassificationTask(model, batch, [], options, device, seed: 1);
        using var optimizer = ParameterGroups.CreateOptimizer(model, options.Optimizer, options.Schedule.PeakLearningRate);
        var schedule = new LearningRateSchedule(SchedulerKind.Constant, options.Schedule.PeakLearningRate, Steps, warmupRatio: 0);
        var runner = new StepRunner(task.Loss, optimizer, schedule, options.Optimizer.MaxGradNorm, seed: 1, compute: task.Compute);
        var step = 0L;
        return IfItFits(() => clock.PerSecond(() => runner.Take(++step, batch)));
    }

    private static double? IfItFits(Func<double> measure)
    {
        try
        {
            return measure();
        }
        catch (ExternalException native) when (native.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
    }
}
