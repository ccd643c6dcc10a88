using FeedbackService.Model.Configuration;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Pooling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Loop;

/// <summary>Options to configurations, and back for a registered base model.</summary>
public static class ModelShape
{
    // Longest text that an encoder alone is fine-tuned for unless asked otherwise.
    private const int UsualTokens = 128;

    /// <summary>The classifier that the options describe.</summary>
    /// <param name="options">Effective options.</param>
    /// <param name="encoder">Exactly one family.</param>
    /// <param name="labels">Label names in the order of the logits.</param>
    /// <param name="vocabularySize">Number of token ids of the tokenizer.</param>
    /// <param name="pairs">The training file has second texts.</param>
    public static ClassifierConfig Config(TrainingOptions options, EncoderFamilies encoder, IReadOnlyList<string> labels, int vocabularySize, bool pairs = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sizes = options.Architecture;
        return new ClassifierConfig
        {
            Encoder = ForPairs(Encoder(options, encoder, vocabularySize), pairs),
            Pooling = sizes.Pooling,
            PoolingSize = TokenPooling.Learns(sizes.Pooling) ? sizes.PoolingSize : null,
            Feedback = Loop(options.Feedback),
            Head = options.Data.Head,
            HeadHiddenSize = sizes.HeadHiddenSize,
            HeadActivation = sizes.HeadActivation,
            HeadDropout = options.Regularization.HeadDropout,
            Labels = labels,
            MaxTokens = options.Data.MaxTokens,
        };
    }

    /// <summary>What is read is word pieces, not n-grams.</summary>
    public static bool ReadsWordPieces(TrainingOptions options, EncoderFamilies encoder)
    {
        ArgumentNullException.ThrowIfNull(options);
        return encoder != EncoderFamilies.Mlp || options.Data.Tokens == TokenKind.WordPieces;
    }

    private static FeedbackConfig? Loop(FeedbackOptions feedback) => feedback.Rounds == 0 ? null : new FeedbackConfig
    {
        Feedback = feedback.Kind,
        Fusion = feedback.Fusion,
        Rounds = feedback.Rounds,
        ReentryLayer = feedback.ReentryLayer,
        Inject = feedback.Inject,
        Heads = feedback.FeedbackHeads,
        InitialScale = feedback.InitialScale,
        BackpropRounds = feedback.BackpropRounds,
        SignalDropout = feedback.SignalDropout,
        WrongPrediction = feedback.WrongPrediction,
    };

    /// <summary>The encoder that the options describe, with the smallest vocabulary there is.</summary>
    internal static EncoderConfig EncoderOf(TrainingOptions options, EncoderFamilies encoder) => Encoder(options, encoder, vocabularySize: 1);

    private static EncoderConfig Encoder(TrainingOptions options, EncoderFamilies encoder, int vocabularySize)
    {
        var (sizes, dropout) = (options.Architecture, options.Regularization.Dropout);
        return encoder switch
        {
            EncoderFamilies.Mlp => new MlpEncoderConfig
            {
                HiddenSize = sizes.HiddenSize,
                Layers = sizes.Layers,
                Dropout = dropout,
                Buckets = vocabularySize,
                RowDropout = options.Regularization.NgramDropout,
                Activation = sizes.Activation,
            },
            EncoderFamilies.Transformer => new TransformerEncoderConfig
            {
                HiddenSize = sizes.HiddenSize,
                Layers = sizes.Layers,
                Dropout = dropout,
                VocabularySize = vocabularySize,
                Heads = sizes.Heads,
                IntermediateSize = sizes.IntermediateSize,
                MaxPositions = options.Data.MaxTokens,
                Norm = sizes.Norm,
                Positions = sizes.Positions,
                Activation = sizes.Activation,
            },
            EncoderFamilies.Rnn => new RnnEncoderConfig
            {
                HiddenSize = sizes.HiddenSize,
                Layers = sizes.Layers,
                Dropout = dropout,
                VocabularySize = vocabularySize,
                Bidirectional = sizes.Bidirectional,
                Activation = sizes.Activation,
            },
            EncoderFamilies.Lstm => new LstmEncoderConfig { HiddenSize = sizes.HiddenSize, Layers = sizes.Layers, Dropout = dropout, VocabularySize = vocabularySize, Bidirectional = sizes.Bidirectional },
            EncoderFamilies.Gru => new GruEncoderConfig { HiddenSize = sizes.HiddenSize, Layers = sizes.Layers, Dropout = dropout, VocabularySize = vocabularySize, Bidirectional = sizes.Bidirectional },
            EncoderFamilies.Bifnn => Bifnn(options, vocabularySize),
            _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder, "Exactly one family is needed."),
        };
    }

    private static BifnnEncoderConfig Bifnn(TrainingOptions options, int vocabularySize)
    {
        var (sizes, solver) = (options.Architecture, options.FixedPoint);
        return new BifnnEncoderConfig
        {
            HiddenSize = sizes.HiddenSize,
            Layers = sizes.Layers,
            Dropout = options.Regularization.Dropout,
            VocabularySize = vocabularySize,
            Activation = sizes.Activation,
            Gradient = solver.SolutionGradient,
            Order = solver.SweepOrder,
            MaxSweeps = solver.MaxSweeps,
            GradientSweeps = solver.GradientSweeps,
            Tolerance = solver.SweepTolerance,
            PastBound = solver.PastBound,
            FutureBound = solver.FutureBound,
        };
    }

    // Transformers always have segments, and of the mlp encoder the tokenizer keeps the texts apart.
    private static EncoderConfig ForPairs(EncoderConfig encoder, bool pairs) =>
        pairs && encoder is RecurrentEncoderConfig recurrent ? recurrent with { ReadsPairs = true } : encoder;

    private static EncoderFamilies FamilyOf(EncoderConfig encoder) => encoder switch
    {
        MlpEncoderConfig => EncoderFamilies.Mlp,
        RnnEncoderConfig => EncoderFamilies.Rnn,
        LstmEncoderConfig => EncoderFamilies.Lstm,
        GruEncoderConfig => EncoderFamilies.Gru,
        BifnnEncoderConfig => EncoderFamilies.Bifnn,
        _ => EncoderFamilies.Transformer,
    };

    /// <summary>
    /// A registered model's classifier for other labels: its shape stays, dropout and the head's own layer follow the options. One without feedback may be
    /// given a loop, and one that knows no pairs learns of them unless its embedding is frozen or its encoder adapted. Of an encoder alone, head, pooling and
    /// longest text follow the options too.
    /// </summary>
    public static ClassifierConfig Continue(ClassifierConfig registered, TrainingOptions options, IReadOnlyList<string> labels, bool pairs = false)
    {
        ArgumentNullException.ThrowIfNull(registered);
        ArgumentNullException.ThrowIfNull(options);
        var dropout = options.Regularization.Dropout;
        EncoderConfig encoder = registered.Encoder switch
        {
            MlpEncoderConfig mlp => mlp with { Dropout = dropout, RowDropout = options.Regularization.NgramDropout },
            TransformerEncoderConfig transformer => transformer with { Dropout = dropout, AttentionDropout = transformer.Dropout == dropout ? transformer.AttentionDropout : null },
            _ => registered.Encoder with { Dropout = dropout },
        };
        var bare = registered.Labels.Count == 0;
        return registered with
        {
            Pooling = bare ? options.Architecture.Pooling : registered.Pooling,
            PoolingSize = !bare ? registered.PoolingSize : TokenPooling.Learns(options.Architecture.Pooling) ? options.Architecture.PoolingSize : null,
            Head = bare ? options.Data.Head : registered.Head,
            MaxTokens = bare ? options.Data.MaxTokens : registered.MaxTokens,
            Encoder = ForPairs(encoder, pairs && !options.Optimizer.LeavesEmbeddings && options.Adapter.Kind == AdapterKind.None),
            Adapter = options.Adapter.ToConfig(),
            Feedback = registered.Feedback is null ? Loop(options.Feedback) : registered.Feedback with
            {
                BackpropRounds = options.Feedback.BackpropRounds,
                SignalDropout = options.Feedback.SignalDropout,
                WrongPrediction = options.Feedback.WrongPrediction,
            },
            HeadHiddenSize = options.Architecture.HeadHiddenSize,
            HeadActivation = options.Architecture.HeadActivation,
            HeadDropout = options.Regularization.HeadDropout,
            Labels = labels,
        };
    }

    /// <summary>The encoder to be pre-trained, without labels and loop.</summary>
    /// <param name="options">Effective options.</param>
    /// <param name="encoder">Exactly one family.</param>
    /// <param name="vocabularySize">Number of token ids of the tokenizer.</param>
    public static ClassifierConfig ToPretrain(TrainingOptions options, EncoderFamilies encoder, int vocabularySize) =>
        Config(options, encoder, [], vocabularySize) with { Feedback = null };

    /// <summary>
    /// The encoder of a registered model to be pre-trained further: its shape stays, dropout and longest text follow the options. Pooling that learns starts anew in whatever is made of it, so it goes.
    /// </summary>
    public static ClassifierConfig ToPretrain(ClassifierConfig registered, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(registered);
        var (next, learns) = (Continue(registered, options, []), TokenPooling.Learns(registered.Pooling));
        return registered with
        {
            Encoder = next.Encoder,
            MaxTokens = next.MaxTokens,
            Labels = [],
            Head = HeadKind.SingleLabel,
            Feedback = null,
            Pooling = learns ? PoolingKind.MeanMax : registered.Pooling,
            PoolingSize = learns ? null : registered.PoolingSize,
        };
    }

    /// <summary>The n-gram settings that the options describe.</summary>
    public static HashedNgramConfig Ngrams(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HashedNgramConfig
        {
            Buckets = options.Architecture.Buckets,
            WordMax = options.Data.WordNgramMax,
            CharacterMin = options.Data.CharNgramMin,
            CharacterMax = options.Data.CharNgramMax,
            IdeographMax = options.Data.IdeographNgramMax,
            LowerCase = options.Data.Lowercase,
        };
    }

    /// <summary>The word-piece settings that the options describe.</summary>
    /// <param name="options">Effective options.</param>
    /// <param name="separatePair">Second texts have ids of their own.</param>
    public static WordPieceConfig WordPieces(TrainingOptions options, bool separatePair = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WordPieceConfig { LowerCase = options.Data.Lowercase, SeparatePair = separatePair };
    }

    /// <summary>
    /// A registered model as a starting point: the defaults of the first preset of its family, and what its weights and
    /// tokenizer fix.
    /// </summary>
    /// <param name="config">The base's classifier.</param>
    /// <param name="tokenizer">The base's tokenizer settings.</param>
    public static Preset AsPreset(ClassifierConfig config, TokenizerConfig tokenizer)
    {
        ArgumentNullException.ThrowIfNull(config);
        var family = FamilyOf(config.Encoder);
        var bare = config.Labels.Count == 0;
        var bound = OptionSet.Empty
            .With(o => o.Architecture.HiddenSize, config.Encoder.HiddenSize)
            .With(o => o.Architecture.Layers, config.Encoder.Layers);

        // What does not bind but would otherwise follow the family's preset.
        var start = PublishedDefaults(config)
            .With(o => o.Architecture.HeadHiddenSize, config.HeadHiddenSize)
            .With(o => o.Architecture.HeadActivation, config.HeadActivation)
            .With(o => o.Feedback.Rounds, 0);
        if (bare)
        {
            start = start
                .With(o => o.Data.MaxTokens, Math.Min(config.MaxTokens, UsualTokens))
                .With(o => o.Architecture.Pooling, config.Pooling);
        }
        else
        {
            bound = bound
                .With(o => o.Data.MaxTokens, config.MaxTokens)
                .With(o => o.Data.Head, config.Head)
                .With(o => o.Architecture.Pooling, config.Pooling);
        }

        if (AdapterRules.Adaptable(config.Encoder) != AdapterTargets.None)
        {
            start = start.With(o => o.Adapter.Targets, AdapterRules.Usual(config.Encoder));
        }

        if (!bare && config.PoolingSize is { } poolingSize)
        {
            bound = bound.With(o => o.Architecture.PoolingSize, poolingSize);
        }

        if (config.Feedback is { } feedback)
        {
            bound = bound
                .With(o => o.Feedback.Rounds, feedback.Rounds)
                .With(o => o.Feedback.Kind, feedback.Feedback)
                .With(o => o.Feedback.Fusion, feedback.Fusion)
                .With(o => o.Feedback.ReentryLayer, feedback.ReentryLayer)
                .With(o => o.Feedback.Inject, feedback.Inject)
                .With(o => o.Feedback.FeedbackHeads, feedback.Heads)
                .With(o => o.Feedback.InitialScale, feedback.InitialScale);
        }

        bound = config.Encoder switch
        {
            MlpEncoderConfig mlp => bound.With(o => o.Architecture.Activation, mlp.Activation),
            TransformerEncoderConfig transformer => bound
                .With(o => o.Data.VocabularySize, transformer.VocabularySize)
                .With(o => o.Architecture.Heads, transformer.Heads)
                .With(o => o.Architecture.IntermediateSize, transformer.IntermediateSize)
                .With(o => o.Architecture.Norm, transformer.Norm)
                .With(o => o.Architecture.Positions, transformer.Positions)
                .With(o => o.Architecture.Activation, transformer.Activation),
            RecurrentEncoderConfig recurrent => Bind(bound.With(o => o.Data.VocabularySize, recurrent.VocabularySize), recurrent),
            _ => bound,
        };
        bound = tokenizer switch
        {
            HashedNgramConfig ngrams => bound
                .With(o => o.Data.Tokens, TokenKind.Ngrams)
                .With(o => o.Architecture.Buckets, ngrams.Buckets)
                .With(o => o.Data.WordNgramMax, ngrams.WordMax)
                .With(o => o.Data.CharNgramMin, ngrams.CharacterMin)
                .With(o => o.Data.CharNgramMax, ngrams.CharacterMax)
                .With(o => o.Data.IdeographNgramMax, ngrams.IdeographMax)
                .With(o => o.Data.Lowercase, ngrams.LowerCase),
            WordPieceConfig pieces when config.Encoder is MlpEncoderConfig mlp => bound
                .With(o => o.Data.Tokens, TokenKind.WordPieces)
                .With(o => o.Data.VocabularySize, pieces.SeparatePair ? mlp.Buckets / 2 : mlp.Buckets)
                .With(o => o.Data.Lowercase, pieces.LowerCase),
            WordPieceConfig pieces => bound.With(o => o.Data.Lowercase, pieces.LowerCase),
            _ => bound,
        };
        var preset = PresetCatalog.All.First(preset => preset.Encoder == family);
        return preset with
        {
            Id = "base",
            Description = "A registered model.",
            Defaults = preset.Defaults.Overlay(start),
            Fixed = bound,
            MostTokens = config.Encoder is TransformerEncoderConfig { LongestText: var longest } ? longest : null,
            Refusal = config.Adapter is null ? null : "The base model has an adapter of its own, and an adapter goes on top of a model without one. Merge it into a complete model first, or train from its base.",
            Methods = LanguageModelFactory.Problem(config.Encoder) is null ? TrainingMethods.All : TrainingMethods.Supervised,
            TrainableFromScratch = false,
        };
    }

    // Encoders that were trained on far more than a file are moved a little only. After Devlin et al. 2019, appendix A.3.
    private static OptionSet PublishedDefaults(ClassifierConfig config) => config.Encoder is not TransformerEncoderConfig { Family: not null }
        ? OptionSet.Empty
        : OptionSet.Empty
            .With(o => o.Schedule.Epochs, 3)
            .With(o => o.Schedule.BatchSize, 32)
            .With(o => o.Schedule.LearningRate, 5e-5)
            .With(o => o.Schedule.Scheduler, SchedulerKind.Linear)
            .With(o => o.Schedule.WarmupRatio, 0.1)
            .With(o => o.Regularization.Dropout, config.Encoder.Dropout)
            .With(o => o.Regularization.HeadDropout, config.HeadDropout);

    private static OptionSet Bind(OptionSet bound, RecurrentEncoderConfig encoder) => encoder switch
    {
        RnnEncoderConfig elman => bound
            .With(o => o.Architecture.Bidirectional, elman.Bidirectional)
            .With(o => o.Architecture.Activation, elman.Activation),
        DirectedEncoderConfig directed => bound.With(o => o.Architecture.Bidirectional, directed.Bidirectional),
        BifnnEncoderConfig bifnn => bound
            .With(o => o.Architecture.Activation, bifnn.Activation)
            .With(o => o.FixedPoint.SolutionGradient, bifnn.Gradient)
            .With(o => o.FixedPoint.SweepOrder, bifnn.Order)
            .With(o => o.FixedPoint.MaxSweeps, bifnn.MaxSweeps)
            .With(o => o.FixedPoint.GradientSweeps, bifnn.GradientSweeps)
            .With(o => o.FixedPoint.SweepTolerance, bifnn.Tolerance)
            .With(o => o.FixedPoint.PastBound, bifnn.PastBound)
            .With(o => o.FixedPoint.FutureBound, bifnn.FutureBound),
        _ => bound,
    };
}
