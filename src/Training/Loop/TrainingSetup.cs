using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;
using FeedbackService.Training.Progress;
using FeedbackService.Training.Vocabulary;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Everything a training needs before its first step, made from the plan alone: the same plan and files give the same.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private const string RanksPrefix = "ranks.";

    private TrainingSetup(TrainingPlan plan, TrainingSource source, Preset preset, TrainingOptions options)
    {
        Plan = plan;
        Source = source;
        Preset = preset;
        Options = options;
        Device = TorchRuntime.ParseDevice(plan.Device);
    }

    /// <summary>What was asked for.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>The rows of the files.</summary>
    public TrainingSource Source { get; }

    /// <summary>The preset, or the registered base model as one.</summary>
    public Preset Preset { get; }

    /// <summary>The effective options.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Where the model is.</summary>
    public Device Device { get; }

    /// <summary>Learned from the training part, made from the options, or the base's.</summary>
    public required ITextTokenizer Tokenizer { get; init; }

    /// <summary>The training part.</summary>
    public required IReadOnlyList<EncodedExample> Train { get; init; }

    /// <summary>The validation part; may be empty.</summary>
    public required IReadOnlyList<EncodedExample> Validation { get; init; }

    /// <summary>The model with its initial weights, on the device.</summary>
    public required TextClassifier Model { get; init; }

    /// <summary>The loss.</summary>
    public required ClassificationObjective Objective { get; init; }

    /// <summary>The tree of the labels; null when the rounds are not taught along it.</summary>
    public LabelTaxonomy? Taxonomy => Options.Feedback is { Rounds: > 0, Curriculum: CurriculumKind.Taxonomy } ? new LabelTaxonomy(Model.Config.Labels) : null;

    /// <summary>The update rule.</summary>
    public required ParameterOptimizer Optimizer { get; init; }

    /// <summary>Gives AdaLoRA's maps their ranks; null for all else.</summary>
    public RankAllocator? Ranks { get; init; }

    /// <summary>What update rule and ranks need to go on, by name. Not owned.</summary>
    public IReadOnlyDictionary<string, Tensor> OptimizerState => Ranks is null
        ? Optimizer.State
        : Optimizer.State.Concat(Ranks.State.Select(entry => KeyValuePair.Create(RanksPrefix + entry.Key, entry.Value))).ToDictionary(StringComparer.Ordinal);

    /// <summary>SHA-256 of the base artifact's manifest; null without a base.</summary>
    public required string? BaseHash { get; init; }

    /// <summary>Optimizer steps of one pass.</summary>
    public int StepsPerEpoch => Steps(Train.Count, Options);

    /// <summary>Optimizer steps if nothing stops the training early.</summary>
    public long TotalSteps => (long)StepsPerEpoch * Options.Schedule.Epochs;

    /// <summary>A hash over all that decides the result, apart from device and threads.</summary>
    public string RunHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        Source.TrainingHash,
        Source.ValidationHash,
        JsonSerializer.Serialize(new[] { Plan.Columns, Plan.ValidationColumns }),
        OptionJson.Write(Options, Preset.Encoder).ToJsonString(),
        JsonSerializer.Serialize(Model.Config, JsonFiles.Options),
        BaseHash,
        Plan.Seed))));

    /// <summary>Reads the files and makes tokenizer, examples, model and optimizer.</summary>
    /// <exception cref="InvalidOptionsException">The options do not fit.</exception>
    /// <exception cref="TrainingDataException">The data cannot train a classifier.</exception>
    public static TrainingSetup Create(TrainingPlan plan, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        var source = TrainingSource.Read(plan, report, cancellation);
        using var registered = plan.BaseArtifact is null ? null : BaseModel.Open(plan.BaseArtifact);
        var preset = registered?.AsPreset() ?? PresetCatalog.Find(plan.Preset ?? "")
            ?? throw new ArgumentException($"The plan names neither a base artifact nor a known preset ('{plan.Preset}').", nameof(plan));
        var options = OptionCatalog.Resolve(preset, OptionJson.Parse(plan.Hyperparameters ?? default, preset.Encoder), source.Facts);
        var labels = registered is not null && registered.Config.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(source.Labels) ? registered.Config.Labels
            : options.Data.Head == HeadKind.Graded ? GradeScale.InOrder(source.Labels)
            : source.Labels;
        CheckLabels(options, source);

        var (trainRows, validationRows) = Split(plan, source, options, labels);
        var tokenizer = registered?.Tokenizer ?? CreateTokenizer(options, preset.Encoder, trainRows, source.HasPairs, cancellation);
        var train = Encode(trainRows, tokenizer, labels, options.Data.MaxTokens, cancellation);
        var validation = Encode(validationRows, tokenizer, labels, options.Data.MaxTokens, cancellation);

        TrainingSeeds.SeedWeights((ulong)plan.Seed);
        var config = registered is null
            ? ModelShape.Config(options, preset.Encoder, labels, tokenizer.VocabularySize, source.HasPairs)
            : ModelShape.Continue(registered.Config, options, labels, source.HasPairs);
        var model = ClassifierFactory.Create(config);
        registered?.PassOn(model);
        var target = TorchRuntime.ParseDevice(plan.Device);
        model.to(target);
        if (config.Adapter is null)
        {
            // What will begin to learn in some epoch is in the optimizer.
            model.FreezeBlocks(options.Optimizer.FrozenBlocks(model.Encoder.LayerCount, epoch: long.MaxValue));
        }

        var counts = new int[labels.Count];
        foreach (var label in train.SelectMany(example => example.Labels))
        {
            counts[label]++;
        }

        return new TrainingSetup(plan, source, preset, options)
        {
            BaseHash = registered?.Hash,
            Tokenizer = tokenizer,
            Train = train,
            Validation = validation,
            Model = model,
            Objective = new ClassificationObjective(options.Data.Head, options.Regularization.LabelSmoothing, options.Regularization.ClassWeights.Resolve(labels, counts), target, labels),
            Optimizer = ParameterGroups.CreateOptimizer(model, options.Optimizer, options.Schedule.PeakLearningRate),
            Ranks = options.Adapter.Kind == AdapterKind.Adalora ? CreateRanks(model, options, train.Count) : null,
        };
    }

    /// <summary>Lets learn what is to learn in an epoch.</summary>
    /// <param name="epoch">From 0.</param>
    public void FreezeFor(long epoch)
    {
        var blocks = Options.Optimizer.FrozenBlocks(Model.Encoder.LayerCount, epoch);
        if (blocks != Model.Encoder.FrozenBlocks)
        {
            Model.FreezeBlocks(blocks);
        }
    }

    /// <summary>Takes over <see cref="OptimizerState"/> of a checkpoint.</summary>
    /// <exception cref="InvalidDataException">A name belongs to nothing of this training.</exception>
    public void LoadOptimizer(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var ofRanks = state.Where(entry => entry.Key.StartsWith(RanksPrefix, StringComparison.Ordinal)).ToList();
        Optimizer.Load(state.Except(ofRanks).ToDictionary(StringComparer.Ordinal));
        Ranks?.Load(ofRanks.ToDictionary(entry => entry.Key[RanksPrefix.Length..], entry => entry.Value, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ranks?.Dispose();
        Optimizer.Dispose();
        Objective.Dispose();
        Model.Dispose();
    }

    private static int Steps(int examples, TrainingOptions options) => (examples + options.Schedule.BatchSize - 1) / options.Schedule.BatchSize;

    private static RankAllocator CreateRanks(TextClassifier model, TrainingOptions options, int examples)
    {
        var (adapter, steps) = (options.Adapter, (long)Steps(examples, options) * options.Schedule.Epochs);
        return new RankAllocator(model, new RankBudget(
            RankAllocator.RanksOf(model), adapter.TargetRank * RankAllocator.MapsOf(model), steps, adapter.InitialWarmup, adapter.FinalWarmup, adapter.Interval));
    }

    private static void CheckLabels(TrainingOptions options, TrainingSource source)
    {
        if (options.Data.Head != HeadKind.MultiLabel && source.Rows.FirstOrDefault(row => row.Labels.Count != 1) is { } odd)
        {
            throw new TrainingDataException(
                TrainingDataException.SeveralLabels, $"Line {odd.Line} has {odd.Labels.Count} labels, but head is {(options.Data.Head == HeadKind.Graded ? "graded" : "single_label")}; leave head on auto, or mend the file.");
        }

        if (options.Data.Head != HeadKind.MultiLabel && source.ValidationRows?.FirstOrDefault(row => row.Labels.Count != 1) is { } other)
        {
            throw new TrainingDataException(
                TrainingDataException.SeveralLabels, $"Line {other.Line} of the validation file has {other.Labels.Count} labels, but those of the training file have one each.", "validation_file");
        }

        var unknown = options.Regularization.ClassWeights.Given?.Keys.Except(source.Labels, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new TrainingDataException(TrainingDataException.UnknownLabel, $"class_weights names the label '{unknown}', which the training file does not have.", "class_weights");
        }
    }

    private static (IReadOnlyList<LabeledText> Train, IReadOnlyList<LabeledText> Validation) Split(
        TrainingPlan plan, TrainingSource source, TrainingOptions options, IReadOnlyList<string> labels)
    {
        if (source.ValidationRows is not null)
        {
            return (source.Rows, source.ValidationRows);
        }

        var index = IndexOf(labels);
        IReadOnlyList<int>[] classes = [.. source.Rows.Select(row => (IReadOnlyList<int>)[.. row.Labels.Select(label => index[label])])];
        var split = StratifiedSplit.Create(classes, options.Data.ValidationSplit, (ulong)plan.Seed);
        return ([.. split.Train.Select(row => source.Rows[row])], [.. split.Validation.Select(row => source.Rows[row])]);
    }

    private static ITextTokenizer CreateTokenizer(TrainingOptions options, EncoderFamilies encoder, IEnumerable<LabeledText> rows, bool pairs, CancellationToken cancellation)
    {
        if (!ModelShape.ReadsWordPieces(options, encoder))
        {
            var ngrams = ModelShape.Ngrams(options);
            return new WeightedNgramTokenizer(ngrams, NgramVocabularyTrainer.Train(ngrams, Inputs(rows, cancellation)));
        }

        var config = ModelShape.WordPieces(options, separatePair: pairs && encoder == EncoderFamilies.Mlp);
        var texts = rows.SelectMany(row => new[] { row.Input.Text, row.Input.TextPair }).OfType<string>();
        var vocabulary = new WordPieceVocabularyTrainer(new WordPieceVocabularyOptions { Size = options.Data.VocabularySize, Tokenizer = config }).Learn(texts, cancellation);
        return new WordPieceTextTokenizer(config, vocabulary);
    }

    private static IEnumerable<TextInput> Inputs(IEnumerable<LabeledText> rows, CancellationToken cancellation)
    {
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row.Input;
        }
    }

    private static List<EncodedExample> Encode(
        IReadOnlyList<LabeledText> rows, ITextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens, CancellationToken cancellation)
    {
        var index = IndexOf(labels);
        var examples = new List<EncodedExample>(rows.Count);
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            examples.Add(new EncodedExample(tokenizer.Encode(row.Input, maxTokens), [.. row.Labels.Select(label => index[label]).Order()]));
        }

        return examples;
    }

    private static Dictionary<string, int> IndexOf(IReadOnlyList<string> labels) =>
        labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
}
