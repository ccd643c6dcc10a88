using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using TorchSharp;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Pre-training from the texts of a file to an encoder.</summary>
public sealed class PretrainingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    private static JsonObject Tiny => new()
    {
        ["n_epochs"] = 4,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["layers"] = 2,
        ["heads"] = 2,
        ["vocabulary_size"] = 200,
        ["max_tokens"] = 32,
        ["dropout"] = 0.1,
        ["learning_rate"] = 0.005,
        ["validation_split"] = 0.2,
    };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Texts_BecomeAnEncoder_LabelledOrNot(bool labelled)
    {
        var plan = Plan(labelled ? _bench.WriteTopics(120) : WriteTexts(120), Tiny);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        var started = _bench.Progress.OfType<TrainingStarted>().Single();
        Assert.Empty(started.Labels);
        Assert.Equal((96, 24), (started.TrainingTexts, started.ValidationTexts));
        Assert.Equal(0.15, started.Hyperparameters["mask_ratio"]!.GetValue<double>());
        Assert.False(started.Hyperparameters.ContainsKey("rounds") || started.Hyperparameters.ContainsKey("class_weights") || started.Hyperparameters.ContainsKey("pooling"));

        var artifact = ArtifactReader.Open(finished.Directory, ArtifactVerification.Hashes);
        Assert.Equal(ArtifactKind.Encoder, artifact.Manifest.Kind);
        Assert.Empty(artifact.ReadConfig().Labels);
        Assert.Null(artifact.ReadConfig().Feedback);
        Assert.Null(artifact.Find(ArtifactFiles.Calibration));
        Assert.Equal("transformer-small", artifact.Manifest.Lineage.BaseModel);
        using var model = LanguageModelFactory.Create(artifact.ReadConfig());
        artifact.LoadWeights(model);
    }

    [Fact]
    public void Report_HasTheFiguresOfTheBestEvaluation()
    {
        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Plan(WriteTexts(120), Tiny)));

        var report = finished.Report!;
        var evaluations = _bench.Progress.OfType<MaskedEvaluationMade>().ToList();
        var best = evaluations.MinBy(evaluation => evaluation.ValidLoss)!;
        Assert.Equal(best.Step, finished.BestStep);
        Assert.Equal(best.ValidLoss, report["masked_loss"]!.GetValue<double>(), 1e-6);
        Assert.Equal(Math.Exp(best.ValidLoss), report["perplexity"]!.GetValue<double>(), 1e-4);
        Assert.Equal(best.MaskedAccuracy, report["masked_accuracy"]!.GetValue<double>());
        Assert.Equal((24, best.MaskedTokens, finished.TrainedTokens), (report["n"]!.GetValue<int>(), report["masked_tokens"]!.GetValue<long>(), report["trained_tokens"]!.GetValue<long>()));
        Assert.Single(evaluations.Select(evaluation => evaluation.MaskedTokens).Distinct());
        Assert.Equal(evaluations.Where((evaluation, i) => evaluations.Take(i).All(before => before.ValidLoss > evaluation.ValidLoss)), evaluations.Where(evaluation => evaluation.IsBest));
        Assert.Equal(report["perplexity"]!.ToJsonString(), ArtifactReader.Open(finished.Directory).Manifest.Metrics!["perplexity"]!.ToJsonString());
    }

    [Fact]
    public void Loss_FallsOnTheSample()
    {
        var options = Tiny;
        options["hidden_size"] = 32;
        options["vocabulary_size"] = 800;
        options["n_epochs"] = 8;
        options["batch_size"] = 16;

        _bench.Run(Plan(Sample(), options));

        var losses = _bench.Progress.OfType<MaskedEvaluationMade>().Select(evaluation => evaluation.ValidLoss).ToList();
        // All of 800 tokens equally likely is ln 800 = 6.7; how often each occurs alone takes it to about 5.8, which is what so small a model learns in a few hundred steps.
        Assert.Equal(Math.Log(800), _bench.Steps.First().Loss, 0.3);
        Assert.InRange(losses[^1], 5, 6);
        Assert.True(losses.Zip(losses.Skip(1)).All(pair => pair.Second < pair.First + 0.05));
    }

    [Fact]
    public void Words_AreGuessedFromTheirNeighbours()
    {
        // Every text is one of two sentences, so that each word follows from any other.
        var file = _bench.Write("two.csv", "text\n" + string.Concat(Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? "the quick brown fox jumps over lazy dogs\n" : "all good things come to those that wait\n")));
        var options = Tiny;
        options["n_epochs"] = 60;
        options["dropout"] = 0;
        options["learning_rate"] = 0.01;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Plan(file, options)));

        Assert.InRange(finished.Report!["masked_accuracy"]!.GetValue<double>(), 0.95, 1);
        Assert.InRange(finished.Report["perplexity"]!.GetValue<double>(), 1, 1.5);
    }

    [Fact]
    public void SameSeed_GivesTheSameLosses_AnotherSeedOthers_AndEveryEpochHidesAnew()
    {
        var file = WriteTexts(60);
        var options = Tiny;
        options["learning_rate"] = 1e-30;
        options["dropout"] = 0;
        options["validation_split"] = 0;
        options["batch_size"] = 60;

        double[] Losses(string run, long seed)
        {
            _bench.Run(Plan(file, options, run) with { Seed = seed });
            return [.. _bench.Steps.Select(step => step.Loss)];
        }

        var first = Losses("a", 1);
        Assert.Equal(first, Losses("b", 1));
        Assert.NotEqual(first, Losses("c", 2));
        // The weights do not move and a batch is the whole file: what differs is what is hidden.
        Assert.Equal(4, first.Distinct().Count());
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 2, true)]
    public void D19_StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining(int seed, int threads, bool wholeWords)
    {
        var file = WriteTexts(120);
        var options = Tiny;
        options["whole_word_masking"] = wholeWords;
        options["eval_every"] = 7;
        options["early_stopping_patience"] = 0;
        var undisturbed = Plan(file, options, "undisturbed") with { Threads = threads };
        var disturbed = Plan(file, options, "disturbed") with { Threads = threads };
        var random = new Random(seed);

        var whole = Assert.IsType<TrainingFinished>(_bench.Run(undisturbed));
        var stops = 0;
        TrainingProgress last;
        do
        {
            using var cancellation = new CancellationTokenSource();
            var (after, taken) = (random.Next(1, 15), 0);
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
        Assert.Equal((whole.BestStep, whole.TrainedTokens, whole.Report!.ToJsonString()), (pieced.BestStep, pieced.TrainedTokens, pieced.Report!.ToJsonString()));
    }

    [Fact]
    public void D19_KilledBetweenCheckpoints_GoesOnFromTheLastWholeOne()
    {
        var file = WriteTexts(120);
        var options = Tiny;
        options["eval_every"] = 6;
        options["early_stopping_patience"] = 0;
        var undisturbed = Plan(file, options, "undisturbed");
        var disturbed = Plan(file, options, "disturbed");
        _bench.Run(undisturbed);

        Assert.Throws<InvalidTimeZoneException>(() => _bench.Run(disturbed, progress =>
        {
            if (progress is StepTaken { Step: 22 })
            {
                throw new InvalidTimeZoneException();
            }
        }));
        _bench.Run(disturbed);

        Assert.Equal(18, _bench.Progress.OfType<TrainingStarted>().Single().ResumedFromStep);
        Assert.Equal(TrainingBench.WeightsHash(undisturbed), TrainingBench.WeightsHash(disturbed));
    }

    [Fact]
    public void EarlyStopping_WaitsForALowerLoss()
    {
        var options = Tiny;
        options["n_epochs"] = 200;
        options["learning_rate"] = 0.03;
        options["early_stopping_patience"] = 2;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(Plan(WriteTexts(60), options)));

        var evaluations = _bench.Progress.OfType<MaskedEvaluationMade>().ToList();
        Assert.True(finished.StoppedEarly);
        Assert.Equal(evaluations.MinBy(evaluation => evaluation.ValidLoss)!.Step, finished.BestStep);
        Assert.Equal(evaluations[^3].Step, finished.BestStep);
    }

    [Fact]
    public void Encoder_GoesOn_WithItsHead_AndWithOtherTexts()
    {
        var first = Plan(WriteTexts(120), Tiny, "first");
        var finished = Assert.IsType<TrainingFinished>(_bench.Run(first));
        var still = new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-30, ["batch_size"] = 8, ["validation_split"] = 0.2 };

        _bench.Run(Plan(first.TrainingFile, still, "second") with { Preset = null, BaseArtifact = first.OutputDirectory, BaseName = "texts:1" });

        // The same texts are held out with the same tokens hidden, and nothing has moved: encoder, table and head are those of the base.
        Assert.Equal(finished.Report!["masked_loss"]!.GetValue<double>(), _bench.Progress.OfType<MaskedEvaluationMade>().First().ValidLoss, 1e-6);
        Assert.Equal(16, ArtifactReader.Open(Path.Combine(_bench.Root, "second", "artifact")).ReadConfig().Encoder.HiddenSize);
    }

    [Fact]
    public void ClassifierAsABase_LendsItsEncoderAndTokenizer_AndGetsAHead()
    {
        var file = _bench.WriteTopics(120);
        var supervised = _bench.Plan(file, TrainingBench.TinyTransformer, "transformer-small", "first");
        _bench.Run(supervised);

        var plan = Plan(WriteTexts(60), new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-30 }, "second") with { Preset = null, BaseArtifact = supervised.OutputDirectory };
        Assert.IsType<TrainingFinished>(_bench.Run(plan));

        using var scope = torch.NewDisposeScope();
        using var before = ArtifactReader.Open(supervised.OutputDirectory).OpenWeights();
        using var after = ArtifactReader.Open(plan.OutputDirectory).OpenWeights();
        Assert.All(after.Entries, entry => Assert.True(entry.Name.StartsWith("encoder.", StringComparison.Ordinal) || entry.Name.StartsWith(LanguageModelFactory.HeadPrefix, StringComparison.Ordinal)));
        foreach (var entry in before.Entries.Where(entry => entry.Name.StartsWith("encoder.", StringComparison.Ordinal)))
        {
            Assert.Equal(before.Read(entry.Name).data<float>().ToArray(), after.Read(entry.Name).data<float>().ToArray());
        }

        Assert.Equal(File.ReadAllText(Path.Combine(supervised.OutputDirectory, "vocab.txt")), File.ReadAllText(Path.Combine(plan.OutputDirectory, "vocab.txt")));
    }

    [Fact]
    public void Encoder_IsABaseForLabels()
    {
        var encoder = Plan(WriteTexts(240), Tiny, "encoder");
        _bench.Run(encoder);
        var options = new JsonObject { ["n_epochs"] = 12, ["batch_size"] = 8, ["learning_rate"] = 0.005, ["validation_split"] = 0.2 };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(_bench.WriteTopics(120), options, run: "labels") with { Preset = null, BaseArtifact = encoder.OutputDirectory }));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.6, 1);
        var artifact = ArtifactReader.Open(finished.Directory);
        Assert.Equal(ArtifactKind.Complete, artifact.Manifest.Kind);
        using var weights = artifact.OpenWeights();
        Assert.DoesNotContain(weights.Entries, entry => entry.Name.StartsWith(LanguageModelFactory.HeadPrefix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("mlp-embeddings")]
    [InlineData("gru")]
    [InlineData("bifnn")]
    public void PresetThatCannotGuess_IsRefused(string preset)
    {
        var error = Assert.Throws<TrainingDataException>(() => _bench.Run(Plan(WriteTexts(60), []) with { Preset = preset }));

        Assert.Equal((TrainingDataException.MethodNotSupported, "model"), (error.Code, error.Parameter));
        Assert.Contains($"'{preset}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CausalBase_IsRefused()
    {
        var folder = Path.Combine(_bench.Root, "causal");
        TinyArtifacts.Write(folder, TinyModels.Plain(TinyModels.Transformer with { Causal = true }), seed: 1);

        var error = Assert.Throws<TrainingDataException>(() => _bench.Run(Plan(WriteTexts(60), []) with { Preset = null, BaseArtifact = folder }));

        Assert.Equal(TrainingDataException.MethodNotSupported, error.Code);
    }

    [Fact]
    public void BaseWithoutAMaskToken_IsRefused()
    {
        var folder = Path.Combine(_bench.Root, "unmasked");
        var config = TinyModels.Plain(TinyModels.Transformer);
        using (var model = ClassifierFactory.Create(config))
        {
            ArtifactWriter.Write(folder, new ArtifactContents
            {
                Config = config,
                Tokenizer = new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b"])),
                Weights = TensorSource.Of(model.state_dict()),
                CreatedAt = DateTimeOffset.UnixEpoch,
            });
        }

        var error = Assert.Throws<TrainingDataException>(() => _bench.Run(Plan(WriteTexts(60), []) with { Preset = null, BaseArtifact = folder }));

        Assert.Equal((TrainingDataException.NoMaskToken, "model"), (error.Code, error.Parameter));
    }

    [Fact]
    public void TextsThatTheVocabularyDoesNotKnow_AreLeftOut_AndAloneRefused()
    {
        var encoder = Plan(WriteTexts(120), Tiny, "first");
        _bench.Run(encoder);
        JsonObject options = new() { ["n_epochs"] = 1, ["batch_size"] = 8, ["validation_split"] = 0 };
        TrainingPlan With(string content, string run) => Plan(_bench.Write("odd.csv", content), options, run) with { Preset = null, BaseArtifact = encoder.OutputDirectory };

        _bench.Run(With("text\ngoal team\nжук\nscore coach\nщука жук\n", "some"));
        Assert.Equal(2, _bench.Progress.OfType<TrainingStarted>().Single().TrainingTexts);
        Assert.Contains(_bench.Progress.OfType<ProgressMessage>(), message => message.Message.StartsWith("2 texts have no token", StringComparison.Ordinal));

        Assert.Equal(TrainingDataException.NothingToMask, Assert.Throws<TrainingDataException>(() => _bench.Run(With("text\nжук\nщука\n", "none"))).Code);
        Assert.Equal(TrainingDataException.NoRows, Assert.Throws<TrainingDataException>(() => _bench.Run(With("text\n\"\"\n\" \"\n", "empty"))).Code);
    }

    [Fact]
    public void ValidationFile_IsUsedWhole_WithoutLabelsToo()
    {
        _bench.Run(Plan(WriteTexts(60), Tiny) with { ValidationFile = _bench.Write("held.csv", "text\n" + string.Concat(Enumerable.Repeat("goal match team score\n", 12))) });

        var started = _bench.Progress.OfType<TrainingStarted>().Single();
        Assert.Equal((60, 12), (started.TrainingTexts, started.ValidationTexts));
    }

    [Fact]
    public void WithoutValidation_ThereIsNoReport()
    {
        var options = Tiny;
        options["validation_split"] = 0;

        Assert.Null(Assert.IsType<TrainingFinished>(_bench.Run(Plan(WriteTexts(30), options))).Report);
    }

    [Fact]
    public void Steps_LeaveNoTensorsBehind()
    {
        var options = Tiny;
        options["n_epochs"] = 30;
        options["early_stopping_patience"] = 0;
        var counts = new List<long>();

        _bench.Run(Plan(WriteTexts(60), options), progress =>
        {
            if (progress is StepTaken)
            {
                counts.Add(torch.Tensor.TotalCount);
            }
        });

        Assert.InRange(counts[^1], 0, counts[20]);
        Assert.InRange(torch.Tensor.TotalCount, 0, counts[0]);
    }

    private TrainingPlan Plan(string file, JsonObject options, string run = "a") =>
        _bench.Plan(file, options, "transformer-small", run) with { Method = TrainingMethods.MaskedLanguageModeling };

    private string WriteTexts(int rows)
    {
        var labelled = File.ReadAllLines(_bench.WriteTopics(rows, name: "labelled.csv"));
        return _bench.Write("texts.csv", string.Join('\n', labelled.Select(line => line[..line.LastIndexOf(',')])));
    }

    private static string Sample([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "samples", "support-tickets", "train.csv");
}
