using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>Training small weights beside the encoder of a registered base model, whose own stay as they are.</summary>
public sealed record AdapterOptions
{
    private const EncoderFamilies Adaptable = EncoderFamilies.Mlp | EncoderFamilies.Transformer | EncoderFamilies.Rnn | EncoderFamilies.Bifnn;
    private const EncoderFamilies WithFeedForward = EncoderFamilies.Mlp | EncoderFamilies.Transformer;

    // Those of the experiments of Hu et al. and Houlsby et al., whose small weights start at or near zero and want larger steps than a trained encoder.
    private const double LowRankLearningRate = 5e-4;
    private const double BottleneckLearningRate = 3e-4;

    /// <summary>Which small weights.</summary>
    [TrainingOption("Trains small weights beside the encoder of a registered base model, which stays as it is: lora, adalora, houlsby or pfeiffer (the last two for transformer and mlp alone). Head, pooling and feedback loop are trained as always. The result is an adapter that needs its base. learning_rate is then 5e-4 with lora and adalora and 3e-4 with the others, unless asked otherwise.", Name = "adapter", Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public AdapterKind Kind { get; init; } = AdapterKind.None;

    /// <summary>Rank r of lora.</summary>
    [TrainingOption("Rank of the maps of lora; at most hidden_size.", Name = "adapter_rank", Minimum = 1, Maximum = 1024, Encoders = Adaptable, SearchLow = 2, SearchHigh = 32, SearchLogarithmic = true, Methods = TrainingMethods.Supervised)]
    public int Rank { get; init; } = 8;

    /// <summary>Scale α of the maps.</summary>
    [TrainingOption("The maps of lora and adalora are scaled by this over their rank.", Name = "adapter_alpha", Minimum = 0, ExclusiveMinimum = true, Maximum = 10_000, Encoders = Adaptable, Auto = nameof(AutoRules.AdapterAlpha), Methods = TrainingMethods.Supervised)]
    public double Alpha { get; init; } = 8;

    /// <summary>Dropout on what the maps read.</summary>
    [TrainingOption("Share of features dropped before the maps of lora and adalora; dropout inside the base is that of dropout.", Name = "adapter_dropout", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, Encoders = Adaptable, SearchLow = 0, SearchHigh = 0.3, Methods = TrainingMethods.Supervised)]
    public double Dropout { get; init; }

    /// <summary>The linear maps that lora and adalora stand beside.</summary>
    [TrainingOption("The linear maps that those of lora and adalora stand beside: query, key, value, output, inner, outer of transformer; inner, outer of mlp; input of rnn and bifnn.", Name = "adapter_targets", Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public AdapterTargets Targets { get; init; } = AdapterTargets.Query | AdapterTargets.Value;

    /// <summary>Width of the bottlenecks.</summary>
    [TrainingOption("Width of the bottlenecks of houlsby and pfeiffer.", Name = "adapter_size", Minimum = 1, Maximum = 4096, Encoders = WithFeedForward, SearchLow = 8, SearchHigh = 256, SearchLogarithmic = true, Methods = TrainingMethods.Supervised)]
    public int Size { get; init; } = 64;

    /// <summary>Rank each map of adalora starts with.</summary>
    [TrainingOption("Rank that each map of adalora starts with; at most hidden_size.", Name = "adalora_start_rank", Minimum = 1, Maximum = 1024, Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public int StartRank { get; init; } = 12;

    /// <summary>Mean rank of the maps of adalora in the end.</summary>
    [TrainingOption("Rank that the maps of adalora have in the end, in the mean: those that matter more keep more of it.", Name = "adalora_target_rank", Minimum = 1, Maximum = 1024, Encoders = Adaptable, SearchLow = 2, SearchHigh = 12, Methods = TrainingMethods.Supervised)]
    public int TargetRank { get; init; } = 8;

    /// <summary>Share of the steps in which no rank is taken yet.</summary>
    [TrainingOption("Share of all steps in which adalora takes no rank yet.", Name = "adalora_initial_warmup", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public double InitialWarmup { get; init; } = 0.1;

    /// <summary>Share of the steps in which the ranks stay as they have become.</summary>
    [TrainingOption("Share of all steps, at the end, in which the ranks of adalora stay as they have become. Only evaluations from then on can be the best one, or end the training early.", Name = "adalora_final_warmup", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public double FinalWarmup { get; init; } = 0.3;

    /// <summary>Steps between two cuts.</summary>
    [TrainingOption("Steps between two cuts of adalora's ranks.", Name = "adalora_interval", Minimum = 1, Maximum = 100_000, Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public int Interval { get; init; } = 1;

    /// <summary>Weight γ of the penalty on factors that are not orthonormal.</summary>
    [TrainingOption("Weight of the penalty that keeps the factors of adalora's maps orthonormal.", Name = "adalora_orthogonality", Minimum = 0, Maximum = 100, Encoders = Adaptable, Methods = TrainingMethods.Supervised)]
    public double Orthogonality { get; init; } = 0.1;

    /// <summary>Rank of the maps at the start: that of lora or that of adalora.</summary>
    public int FirstRank => Kind == AdapterKind.Adalora ? StartRank : Rank;

    /// <summary>The learning rate where nobody asks for one; null where there is no adapter.</summary>
    public double? UsualLearningRate => Kind switch
    {
        AdapterKind.None => null,
        AdapterKind.Lora or AdapterKind.Adalora => LowRankLearningRate,
        _ => BottleneckLearningRate,
    };

    /// <summary>The adapter of the classifier that is trained; null for none.</summary>
    public AdapterConfig? ToConfig() => Kind switch
    {
        AdapterKind.Lora => new LoraConfig { Rank = Rank, Alpha = Alpha, Dropout = Dropout, Targets = Targets },
        AdapterKind.Adalora => new AdaLoraConfig { Rank = StartRank, Alpha = Alpha, Dropout = Dropout, Targets = Targets },
        AdapterKind.Houlsby => new HoulsbyConfig { Size = Size },
        AdapterKind.Pfeiffer => new PfeifferConfig { Size = Size },
        _ => null,
    };
}
