using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using TorchSharp;

namespace FeedbackService.Training.Tests.Loop;

public sealed class TrainerTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer-small")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("bifnn")]
    public void SameSeed_GivesTheSameLosses_AnotherSeedOthers(string preset)
    {
        var file = _bench.WriteTopics(90);
        var options = Tiny(preset);

        double[] Losses(string run, long seed)
        {
            _bench.Run(_bench.Plan(file, options, preset, run, seed));
            return [.. _bench.Steps.Select(step => step.Loss)];
        }

        var first = Losses("a", 1);
        Assert.Equal(first, Losses("b", 1));
        Assert.NotEqual(first, Losses("c", 2));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer-small")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("bifnn")]
    public void TenExamples_AreLearnedByHeart(string preset)
    {
        var file = _bench.WriteTopics(10, wrong: 0.5);
        var options = Tiny(preset);
        options["n_epochs"] = 120;
        options["validation_split"] = 0;
        options["dropout"] = 0;
        options["head_dropout"] = 0;
        options["label_smoothing"] = 0;
        options["scheduler"] = "constant";
        if (preset == "mlp")
        {
            options["ngram_dropout"] = 0;
        }

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(file, options, preset)));

        Assert.InRange(_bench.Steps.Last().Loss, 0, 0.02);
        Assert.Null(finished.Report);
    }

    [Theory]
    [InlineData("mlp", 1, 1)]
    [InlineData("mlp", 2, 2)]
    [InlineData("transformer-small", 3, 1)]
    [InlineData("transformer-small", 4, 2)]
    [InlineData("rnn", 5, 1)]
    [InlineData("lstm", 6, 2)]
    [InlineData("gru", 7, 1)]
    [InlineData("bifnn", 10, 2)]
    [InlineData("mlp", 8, 1, true)]
    [InlineData("transformer-small", 9, 1, true)]
    public void D19_StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining(string preset, int seed, int threads, bool randomLoop = false)
    {
        var file = _bench.WriteTopics(120, wrong: 0.3);
        var options = Tiny(preset);
        if (randomLoop)
        {
            options["rounds"] = 2;
            options["sample_rounds"] = true;
            options["backprop_rounds"] = 1;
            options["signal_dropout"] = 0.2;
            options["wrong_prediction"] = 0.2;
            options["consistency"] = 0.3;
        }

        options["eval_every"] = 7;
        options["early_stopping_patience"] = 0;
        var undisturbed = _bench.Plan(file, options, preset, "undisturbed") with { Threads = threads };
        var disturbed = _bench.Plan(file, options, preset, "disturbed") with { Threads = threads };
        var random = new Random(seed);

        var whole = Assert.IsType<TrainingFinished>(_bench.Run(undisturbed));
        var stops = 0;
        TrainingProgress last;
        do
        {
            using var cancellation = new CancellationTokenSource();
            var after = random.Next(1, 15);
            var taken = 0;
            last = _bench.Run(
                disturbed,
                progress =>
                {
                    if (progress is StepTaken && ++taken == after)
                    {
                        cancellation.Cancel();
                    }
                },
                cancellation);
            stops += last is TrainingCancelled ? 1 : 0;
        }
        while (last is TrainingCancelled);

        var pieced = Assert.IsType<TrainingFinished>(last);
        Assert.True(stops >= 2);
        Assert.Equal(TrainingBench.WeightsHash(undisturbed), TrainingBench.WeightsHash(disturbed));
        Assert.Equal((whole.BestStep, whole.TrainedTokens), (pieced.BestStep, pieced.TrainedTokens));
    }

    [Fact]
    public void D19_KilledBetweenCheckpoints_GoesOnFromTheLastWholeOne()
    {
        var file = _bench.WriteTopics(120, wrong: 0.3);
        var options = TrainingBench.TinyMlp;
        options["eval_every"] = 6;
        options["early_stopping_patience"] = 0;
        var undisturbed = _bench.Plan(file, options, run: "undisturbed");
        var disturbed = _bench.Plan(file, options, run: "disturbed");
        _bench.Run(undisturbed);

        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(disturbed, Kill(atStep: 22)));
        // The newest checkpoint was torn by the same accident.
        File.WriteAllBytes(Path.Combine(disturbed.CheckpointDirectory, "step-18", "model.safetensors"), [1, 2, 3]);
        Directory.CreateDirectory(Path.Combine(disturbed.CheckpointDirectory, "step-24.partial"));
        _bench.Run(disturbed);

        Assert.Equal(12, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
        Assert.Contains(_bench.Progress.OfType<ProgressMessage>(), message => message.Message.Contains("step 18 is damaged", StringComparison.Ordinal));
        Assert.Equal(TrainingBench.WeightsHash(undisturbed), TrainingBench.WeightsHash(disturbed));
    }

    [Fact]
    public void CheckpointOfOtherOptions_IsNotUsed()
    {
        var file = _bench.WriteTopics(60);
        var options = TrainingBench.TinyMlp;
        options["eval_every"] = 5;
        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(_bench.Plan(file, options), Kill(atStep: 8)));
        options["learning_rate"] = 0.02;

        _bench.Run(_bench.Plan(file, options));

        Assert.Equal(0, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
        Assert.Contains(_bench.Progress.OfType<ProgressMessage>(), message => message.Message.Contains("other data or options", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"threads\": 1", "\"threads\": 3")]
    [InlineData("\"machine\": \"libtorch ", "\"machine\": \"libtorch 1.")]
    public void CheckpointOfAnotherMachine_GoesOnAndSaysSo(string here, string elsewhere)
    {
        var plan = _bench.Plan(_bench.WriteTopics(60), TrainingBench.TinyMlp);
        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(plan, Kill(atStep: 10)));
        var state = Path.Combine(Directory.GetDirectories(plan.CheckpointDirectory).Single(), "state.json");
        var text = File.ReadAllText(state);
        Assert.Contains(here, text, StringComparison.Ordinal);
        File.WriteAllText(state, text.Replace(here, elsewhere, StringComparison.Ordinal));

        _bench.Run(plan);

        Assert.NotEqual(0, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
        Assert.Contains(_bench.Progress.OfType<ProgressMessage>(), message => message.Message.Contains("last bits", StringComparison.Ordinal));
    }

    [Fact]
    public void CheckpointsOfOtherOptions_DoNotPushOutThoseOfThisTraining()
    {
        var file = _bench.WriteTopics(60);
        var options = TrainingBench.TinyMlp;
        options["eval_every"] = 2;
        options["early_stopping_patience"] = 0;
        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(_bench.Plan(file, options), Kill(atStep: 27)));
        options["learning_rate"] = 0.02;
        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(_bench.Plan(file, options), Kill(atStep: 19)));

        _bench.Run(_bench.Plan(file, options));

        Assert.Equal(18, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
    }

    [Fact]
    public void TwoHundredSteps_LeaveNoTensorsBehind()
    {
        var file = _bench.WriteTopics(60);
        var options = TrainingBench.TinyMlp;
        options["n_epochs"] = 40;
        options["early_stopping_patience"] = 0;
        var counts = new List<long>();

        _bench.Run(_bench.Plan(file, options), progress =>
        {
            if (progress is StepTaken)
            {
                counts.Add(torch.Tensor.TotalCount);
            }
        });

        Assert.True(counts.Count >= 200);
        // The best weights are made at the first evaluation and replaced after it.
        Assert.InRange(counts[^1], 0, counts[20]);
        Assert.InRange(torch.Tensor.TotalCount, 0, counts[0]);
    }

    [Fact]
    public void EarlyStopping_KeepsTheBestAndSavesTheRest()
    {
        var file = _bench.WriteTopics(90, wrong: 0.5);
        var options = TrainingBench.TinyMlp;
        options["n_epochs"] = 60;
        options["early_stopping_patience"] = 2;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(file, options)));

        var evaluations = _bench.Evaluations.ToList();
        var best = evaluations.MaxBy(evaluation => evaluation.MacroF1)!;
        Assert.True(finished.StoppedEarly);
        Assert.Equal(best.Step, finished.BestStep);
        Assert.Equal(best.Step, evaluations[^3].Step);
        Assert.Equal(best.MacroF1, finished.Report!["macro_f1"]!.GetValue<double>(), 1e-9);
        Assert.Equal(evaluations.Count(evaluation => evaluation.IsBest), evaluations.Where((evaluation, i) => evaluations.Take(i).All(before => before.MacroF1 < evaluation.MacroF1)).Count());
    }

    [Fact]
    public void ClassWeights_PullTowardsTheHeavyLabel()
    {
        // The same text with both labels: the weights alone decide.
        var file = _bench.Write("tie.csv", "text,label\n" + string.Concat(Enumerable.Repeat("same words here,a\nsame words here,b\n", 20)));
        var options = TrainingBench.TinyMlp;
        options["class_weights"] = new JsonObject { ["b"] = 9 };
        options["validation_split"] = 0.5;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(file, options)));

        Assert.Equal(1, finished.Report!["per_class"]![1]!["recall"]!.GetValue<double>());
        Assert.Equal(0, finished.Report["per_class"]![0]!["recall"]!.GetValue<double>());
    }

    [Fact]
    public void SeveralLabelsPerText_OrNone_TrainASigmoidHead()
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, 120).Select(_ =>
        {
            var (red, round) = (random.Next(2) == 0, random.Next(2) == 0);
            return $"{(red ? "red" : "blue")} {(round ? "ball" : "cube")} {random.Next(100)},{(red ? "red" : "")}{(red && round ? "|" : "")}{(round ? "round" : "")}";
        });
        var file = _bench.Write("several.csv", string.Join('\n', lines.Prepend("text,labels")));
        var options = TrainingBench.TinyMlp;
        options["n_epochs"] = 15;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(file, options)));

        Assert.Equal("multi_label", _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["head"]!.GetValue<string>());
        Assert.InRange(finished.Report!["macro_f1"]!.GetValue<double>(), 0.95, 1);
        Assert.Equal(2, ArtifactReader.Open(finished.Directory).ReadCalibration(2).Thresholds!.Count);
    }

    [Fact]
    public void RegisteredModel_GoesOnWithItsEncoder_AndANewHeadForOtherLabels()
    {
        var file = _bench.WriteTopics(120);
        var first = _bench.Plan(file, TrainingBench.TinyMlp, run: "first");
        _bench.Run(first);
        var best = _bench.Evaluations.Max(evaluation => evaluation.MacroF1);
        var short_ = new JsonObject { ["n_epochs"] = 1, ["batch_size"] = 8, ["learning_rate"] = 1e-6 };
        var second = _bench.Plan(file, short_, run: "second") with { Preset = null, BaseArtifact = first.OutputDirectory, BaseName = "topics:1" };

        Assert.IsType<TrainingFinished>(_bench.Run(second));

        Assert.Equal(best, _bench.Evaluations.Last().MacroF1, 0.05);
        Assert.Equal(16, _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["hidden_size"]!.GetValue<int>());
        var others = _bench.Write("others.csv", File.ReadAllText(file).Replace(",sport", ",sports", StringComparison.Ordinal));
        var third = second with { TrainingFile = others, OutputDirectory = Path.Combine(_bench.Root, "third"), CheckpointDirectory = Directory.CreateDirectory(Path.Combine(_bench.Root, "c3")).FullName };
        Assert.IsType<TrainingFinished>(_bench.Run(third));
        Assert.Equal(["money", "sports", "weather"], _bench.Progress.OfType<TrainingStarted>().Single().Labels);
    }

    [Fact]
    public void RegisteredModel_FixesWhatShapesIt()
    {
        var file = _bench.WriteTopics(60);
        var first = _bench.Plan(file, TrainingBench.TinyMlp, run: "first");
        _bench.Run(first);
        var second = _bench.Plan(file, new JsonObject { ["hidden_size"] = 32 }, run: "second") with { Preset = null, BaseArtifact = first.OutputDirectory };

        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(second));

        Assert.Contains("fixed at 16", error.Errors["hidden_size"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text\nhello\nworld\n", TrainingDataException.NoLabels)]
    [InlineData("text,label\nhello,a\nworld,a\n", TrainingDataException.OneClass)]
    [InlineData("text,label\n,a\n,b\n", TrainingDataException.NoRows)]
    public void UnusableFile_FailsWithACodeBeforeAnyTensorIsMade(string content, string code)
    {
        var file = _bench.Write("bad.csv", content);

        Assert.Equal(code, Assert.Throws<TrainingDataException>(() => _bench.Run(_bench.Plan(file, TrainingBench.TinyMlp))).Code);
    }

    [Fact]
    public void LossThatIsNoNumber_StopsWithTheStep()
    {
        var file = _bench.WriteTopics(60);
        var options = TrainingBench.TinyMlp;
        options["optimizer"] = "sgd";
        options["learning_rate"] = 10;
        options["learning_rate_multiplier"] = 100;
        options["max_grad_norm"] = 0;
        options["warmup_ratio"] = 0;

        var error = Assert.Throws<DivergedTrainingException>(() => _bench.Run(_bench.Plan(file, options)));

        Assert.InRange(error.Step, 2, 100);
        Assert.Contains($"At step {error.Step} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_SurvivesTheWayToAnotherProcess()
    {
        var plan = _bench.Plan("train.csv", TrainingBench.TinyMlp) with { Columns = new ColumnRequest { TextColumn = "body" } };

        var copy = JsonSerializer.Deserialize<TrainingPlan>(JsonSerializer.Serialize(plan, JsonFiles.Options), JsonFiles.Options)!;

        Assert.Equal(plan with { Hyperparameters = null }, copy with { Hyperparameters = null });
        Assert.Equal(TrainingBench.TinyMlp.ToJsonString(), JsonSerializer.Serialize(copy.Hyperparameters));
    }

    [Fact]
    public void ValidationFile_IsUsedWhole()
    {
        var plan = _bench.Plan(_bench.WriteTopics(60), TrainingBench.TinyMlp) with { ValidationFile = _bench.WriteTopics(33, name: "validation.csv") };

        _bench.Run(plan);

        var started = _bench.Progress.OfType<TrainingStarted>().Single();
        Assert.Equal((60, 33), (started.TrainingTexts, started.ValidationTexts));
    }

    private static Action<TrainingProgress> Kill(long atStep) => progress =>
    {
        if (progress is StepTaken step && step.Step == atStep)
        {
            // Any exception that nothing on the way may catch.
            throw new InvalidTimeZoneException();
        }
    };

    private static JsonObject Tiny(string preset) => preset switch
    {
        "mlp" => TrainingBench.TinyMlp,
        "transformer-small" => TrainingBench.TinyTransformer,
        _ => TrainingBench.TinyRecurrent,
    };
}
