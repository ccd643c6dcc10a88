using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Datasets;
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

    /// <summary>What is learned, with the model and its initial weights on the device.</summary>
    public required ITrainingTask Task { get; init; }

    /// <summary>The update rule.</summary>
    public required ParameterOptimizer Optimizer { get; init; }

    /// <summary>What update rule and ranks need to go on, by name. Not owned.</summary>
    public IReadOnlyDictionary<string, Tensor> OptimizerState => Task.Ranks is null
        ? Optimizer.State
        : Optimizer.State.Concat(Task.Ranks.State.Select(entry => KeyValuePair.Create(RanksPrefix + entry.Key, entry.Value))).ToDictionary(StringComparer.Ordinal);

    /// <summary>SHA-256 of the base artifact's manifest; null without a base.</summary>
    public required string? BaseHash { get; init; }

    /// <summary>Effective value of every option that the method has.</summary>
    public JsonObject Hyperparameters => OptionJson.Write(Options, Preset.Encoder, Plan.Method);

    /// <summary>Optimizer steps of one pass.</summary>
    public int StepsPerEpoch => Steps(Train.Count, Options);

    /// <summary>Optimizer steps if nothing stops the training early.</summary>
    public long TotalSteps => (long)StepsPerEpoch * Options.Schedule.Epochs;

    /// <summary>A hash over all that decides the result, apart from device and threads.</summary>
    public string RunHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        Source.TrainingHash,
        Source.ValidationHash,
        JsonSerializer.Serialize(new[] { Plan.Columns, Plan.ValidationColumns }),
        Hyperparameters.ToJsonString(),
        JsonSerializer.Serialize(Task.Config, JsonFiles.Options),
        BaseHash,
        Plan.Method == TrainingMethods.Supervised ? $"{Plan.Seed}" : $"{Plan.Seed} {Plan.Method}"))));

    /// <summary>Reads the files and makes tokenizer, examples, model and optimizer.</summary>
    /// <exception cref="InvalidOptionsException">The options do not fit.</exception>
    /// <exception cref="TrainingDataException">The data cannot be trained on as asked, or the base cannot.</exception>
    /// <exception cref="DeviceNotAvailableException">The device is not there, or does not compute in the precision asked for.</exception>
    public static TrainingSetup Create(TrainingPlan plan, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        var source = TrainingSource.Read(plan, report, cancellation);
        using var registered = plan.BaseArtifact is null ? null : BaseModel.Open(plan.BaseArtifact);
        var preset = registered?.AsPreset() ?? PresetCatalog.Find(plan.Preset ?? "")
            ?? throw new ArgumentException($"The plan names neither a base artifact nor a known preset ('{plan.Preset}').", nameof(plan));
        RequireMethod(plan.Method, preset);
        var options = OptionCatalog.Resolve(preset, OptionJson.Parse(plan.Hyperparameters ?? default, preset.Encoder, plan.Method, preset.Fixed), source.Facts, plan.Method);
        RequirePrecision(TorchRuntime.ParseDevice(plan.Device), options.Optimizer.Precision, report);
        var labels = registered is not null && registered.Config.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(source.Labels) ? registered.Config.Labels
            : options.Data.Head == HeadKind.Graded ? GradeScale.InOrder(source.Labels)
            : source.Labels;
        if (plan.Method == TrainingMethods.Supervised)
        {
            LabelRules.Check(options, source);
        }

        var (trainRows, validationRows) = Split(plan, source, options, labels);
        var tokenizer = registered?.Tokenizer ?? CreateTokenizer(options, preset.Encoder, trainRows, source.HasPairs, cancellation);
        var examples = new EncodedSplit(
            Encode(trainRows, tokenizer, labels, options.Data.MaxTokens, cancellation), Encode(validationRows, tokenizer, labels, options.Data.MaxTokens, cancellation));

        TrainingSeeds.SeedWeights((ulong)plan.Seed);
        (examples, var task) = plan.Method == TrainingMethods.MaskedLanguageModeling
            ? TaskFactory.MaskedLanguage(plan, options, preset, registered, tokenizer, examples, report)
            : (examples, TaskFactory.Classification(plan, source, options, preset, registered, labels, tokenizer, examples));
        return new TrainingSetup(plan, source, preset, options)
        {
            BaseHash = registered?.Hash,
            Tokenizer = tokenizer,
            Train = examples.Train,
            Validation = examples.Validation,
            Task = task,
            Optimizer = ParameterGroups.CreateOptimizer(task.Model, options.Optimizer, options.Schedule.PeakLearningRate),
        };
    }

    /// <summary>Takes over <see cref="OptimizerState"/> of a checkpoint.</summary>
    /// <exception cref="InvalidDataException">A name belongs to nothing of this training.</exception>
    public void LoadOptimizer(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var ofRanks = state.Where(entry => entry.Key.StartsWith(RanksPrefix, StringComparison.Ordinal)).ToList();
        Optimizer.Load(state.Except(ofRanks).ToDictionary(StringComparer.Ordinal));
        Task.Ranks?.Load(ofRanks.ToDictionary(entry => entry.Key[RanksPrefix.Length..], entry => entry.Value, StringComparer.Ordinal));
    }

    /// <summary>Optimizer steps of one pass over so many examples.</summary>
    public static int Steps(int examples, TrainingOptions options) => (examples + options.Schedule.BatchSize - 1) / options.Schedule.BatchSize;

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        Task.Dispose();
    }

    private static void RequirePrecision(Device device, ComputePrecision precision, Action<TrainingProgress> report)
    {
        TorchRuntime.RequirePrecision(device, precision, "the option precision");
        if (precision != ComputePrecision.Float32 && device.type == DeviceType.CPU)
        {
            report(new ProgressMessage("warn", "Steps compute in bfloat16 on a CPU, as asked for: one without instructions for it takes many times as long as in float32."));
        }
    }

    private static void RequireMethod(TrainingMethods method, Preset preset)
    {
        if (!preset.Methods.HasFlag(method))
        {
            throw new TrainingDataException(
                TrainingDataException.MethodNotSupported, $"The {(preset.TrainableFromScratch ? $"preset '{preset.Id}'" : "base model")} cannot be trained by {OptionJson.NameOf(method)}.", "model");
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
