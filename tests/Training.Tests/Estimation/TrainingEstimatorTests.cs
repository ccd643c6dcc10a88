using FeedbackService.Model.Numerics;
using FeedbackService.Training.Estimation;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Tests.Estimation;

public sealed class TrainingEstimatorTests
{
    private static readonly MachineSpeed TwoCores = new(100e9, 8e9);

    [Fact]
    public void Steps_AreThoseOfTheTraining()
    {
        var preset = PresetCatalog.Find("transformer")!;
        var asked = OptionSet.Empty.With(o => o.Schedule.Epochs, 3).With(o => o.Schedule.BatchSize, 32);
        var facts = new DataFacts(1000, 5);
        var options = OptionCatalog.Resolve(preset, asked, facts);

        Assert.Equal(3 * 29, TrainingEstimator.Estimate(options, preset.Encoder, facts, 100, false, TwoCores).Steps);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    public void TimeAndMemory_GrowWithTheWork(string id)
    {
        var preset = PresetCatalog.Find(id)!;
        TrainingEstimate Of(OptionSet asked, int rows = 10_000, double characters = 60)
        {
            var facts = new DataFacts(rows, 10);
            return TrainingEstimator.Estimate(OptionCatalog.Resolve(preset, asked.With(o => o.Schedule.Epochs, 5), facts), preset.Encoder, facts, characters, false, TwoCores);
        }

        var usual = Of(OptionSet.Empty);

        Assert.InRange(usual.SecondsLow, 0.1, usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty, rows: 20_000).SecondsHigh > 1.9 * usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty, characters: 240).SecondsHigh > 1.5 * usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty.With(o => o.Feedback.Rounds, 3)).SecondsHigh > 1.3 * usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty.With(o => o.Architecture.HiddenSize, 512)).MemoryBytes > usual.MemoryBytes);
    }

    [Fact]
    public void WhatStaysAsItIs_CostsLess_TheMoreOfIt()
    {
        var preset = PresetCatalog.Find("transformer")! with { TrainableFromScratch = false };
        var facts = new DataFacts(10_000, 10);
        TrainingEstimate Of(OptionSet asked) => TrainingEstimator.Estimate(
            OptionCatalog.Resolve(preset, asked.With(o => o.Schedule.Epochs, 5).With(o => o.Feedback.Rounds, 0), facts), preset.Encoder, facts, 60, false, TwoCores);

        TrainingEstimate[] falling =
        [
            Of(OptionSet.Empty),
            Of(OptionSet.Empty.With(o => o.Optimizer.FreezeEmbeddings, true)),
            Of(OptionSet.Empty.With(o => o.Optimizer.FreezeLayers, 2)),
            Of(OptionSet.Empty.With(o => o.Optimizer.FreezeEncoder, true)),
        ];
        var adapted = Of(OptionSet.Empty.With(o => o.Adapter.Kind, AdapterKind.Lora));

        Assert.All(falling.Zip(falling.Skip(1)), pair => Assert.True(pair.First.SecondsHigh > pair.Second.SecondsHigh && pair.First.MemoryBytes > pair.Second.MemoryBytes));
        Assert.InRange(adapted.SecondsHigh, falling[^1].SecondsHigh, falling[0].SecondsHigh);
        Assert.InRange(adapted.MemoryBytes, falling[^1].MemoryBytes, falling[0].MemoryBytes);
    }

    [Fact]
    public void Pretraining_CostsWhatItGuesses()
    {
        var preset = PresetCatalog.Find("transformer")!;
        var facts = new DataFacts(10_000, 0);
        TrainingEstimate Of(OptionSet asked, TrainingMethods method = TrainingMethods.MaskedLanguageModeling)
        {
            asked = asked.With(o => o.Schedule.Epochs, 5);
            return TrainingEstimator.Estimate(OptionCatalog.Resolve(preset, asked, facts, method), preset.Encoder, facts, 60, false, TwoCores, method);
        }

        var usual = Of(OptionSet.Empty);

        Assert.Equal(Of(OptionSet.Empty, TrainingMethods.Supervised).Steps, usual.Steps);
        Assert.True(Of(OptionSet.Empty.With(o => o.Masking.MaskRatio, 0.3)).SecondsHigh > 1.05 * usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty.With(o => o.Data.VocabularySize, 50_000)).SecondsHigh > 1.5 * usual.SecondsHigh);
        Assert.True(Of(OptionSet.Empty.With(o => o.Data.VocabularySize, 50_000)).MemoryBytes > usual.MemoryBytes + (100L << 20));
    }

    [Fact]
    public void Bfloat16_MovesHalfTheBytes_AndKeepsACopyOfTheWeights()
    {
        var preset = PresetCatalog.Find("transformer")!;
        var facts = new DataFacts(10_000, 10);
        TrainingEstimate Of(ComputePrecision precision, int batch) => TrainingEstimator.Estimate(
            OptionCatalog.Resolve(preset, OptionSet.Empty.With(o => o.Optimizer.Precision, precision).With(o => o.Schedule.BatchSize, batch), facts), preset.Encoder, facts, 200, false, TwoCores);

        Assert.True(Of(ComputePrecision.Bfloat16, 64).SecondsHigh < Of(ComputePrecision.Float32, 64).SecondsHigh);
        Assert.True(Of(ComputePrecision.Bfloat16, 256).MemoryBytes < Of(ComputePrecision.Float32, 256).MemoryBytes);
        Assert.True(Of(ComputePrecision.Bfloat16, 1).MemoryBytes > Of(ComputePrecision.Float32, 1).MemoryBytes);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.Bfloat16)]
    public void Speed_IsMeasured(ComputePrecision precision)
    {
        var speed = MachineSpeed.Measure(precision: precision);

        Assert.InRange(speed.MultiplicationsPerSecond, 1e7, 1e15);
        Assert.InRange(speed.BytesPerSecond, 1e7, 1e14);
    }
}
