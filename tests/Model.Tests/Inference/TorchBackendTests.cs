using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

public sealed class TorchBackendTests
{
    private const float Tolerance = 1e-5f;

    private static readonly TokenizedText[] Texts = TinyModels.Texts(5, 1, 9, 9, 2);

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    public static TheoryData<string, int[]> VeryDifferentLengths => new(
        from encoder in new[] { "transformer", "transformer-post", "roberta", "gpt2" }
        from lengths in new int[][] { [1, 2, 3, 60, 200], [60, 1, 200, 3, 2] }
        select (encoder, lengths));

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void KeptRows_EqualTheFullRun(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var backend = Backend(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5));
        using var full = Start(backend);
        using var narrowed = Start(backend);
        full.Advance();
        narrowed.Advance();
        narrowed.Keep([0, 2, 4]);
        AssertRows(full.Advance(), [0, 2, 4], narrowed.Advance());
        narrowed.Keep([1]);
        AssertRows(full.Advance(), [2], narrowed.Advance());
    }

    [Fact]
    public void EveryRound_EqualsForward()
    {
        var config = TinyModels.WithFeedback(initialScale: 0.5);
        using var classifier = Classifier(config);
        classifier.eval();
        using var backend = Backend(config);
        using var run = Start(backend);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();

        foreach (var logits in classifier.Forward(PackedTokens.Pack(Texts), CPU, 2))
        {
            Assert.Equal(logits.data<float>().ToArray(), run.Advance().Logits.SelectMany(row => row));
        }

        Assert.Throws<InvalidOperationException>(() => run.Advance());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Keep_Works_WhenStatesAndAnchorAreOne(int reentryLayer)
    {
        // Re-entry after the last layer: H_m and H⁰ are the same tensor.
        var config = TinyModels.WithFeedback(initialScale: 0.5);
        using var backend = Backend(config with { Feedback = config.Feedback! with { ReentryLayer = reentryLayer } });
        using var full = Start(backend);
        using var narrowed = Start(backend);
        full.Advance();
        full.Advance();
        narrowed.Advance();
        narrowed.Advance();
        narrowed.Keep([3]);

        AssertRows(full.Advance(), [3], narrowed.Advance());
    }

    [Fact]
    public void Keep_BeforeTheFirstRound_RunsTheKeptTextsOnly()
    {
        using var backend = Backend(TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5));
        using var full = Start(backend);
        using var narrowed = Start(backend);
        narrowed.Keep([1, 3]);

        AssertRows(full.Advance(), [1, 3], narrowed.Advance());
    }

    [Fact]
    public void Keep_OfNothing_LeavesARunThatOthersCanJoin()
    {
        using var backend = Backend(TinyModels.WithFeedback());
        using var run = Start(backend);
        using var full = Start(backend);
        run.Advance();
        run.Keep([]);

        Assert.Equal(0, run.ActiveCount);
        Assert.Empty(run.Advance().Logits);
        run.Add(PackedTokens.Pack(Texts));
        AssertRows(full.Advance(), [0, 1, 2, 3, 4], run.Advance());
    }

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void TextsThatJoin_ChangeNothingForOthersNorForThemselves(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var backend = Backend(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5));
        using var run = backend.Start();
        using var first = backend.Start();
        using var second = backend.Start();
        run.Add(PackedTokens.Pack(Texts[..2]));
        first.Add(PackedTokens.Pack(Texts[..2]));
        second.Add(PackedTokens.Pack(Texts[2..]));

        AssertRows(first.Advance(), [0, 1], run.Advance());
        run.Add(PackedTokens.Pack(Texts[2..4]));
        run.Add(PackedTokens.Pack(Texts[4..]));
        Assert.Equal(5, run.ActiveCount);
        var mixed = run.Advance(withTrace: true);

        Assert.Equal([1, 1, 0, 0, 0], mixed.Rounds);
        AssertRows(first.Advance(), [0, 1], Rows(mixed, 0, 2));
        AssertRows(second.Advance(), [0, 1, 2], Rows(mixed, 2, 5));
        Assert.Equal([feedback == FeedbackKind.Attention ? Texts[1].Ids.Length : null, null], [mixed.Traces![1].Attention?.Length, mixed.Traces[2].Attention?.Length]);
        run.Keep([0, 2, 4]);
        mixed = run.Advance();
        AssertRows(first.Advance(), [0], Rows(mixed, 0, 1));
        AssertRows(second.Advance(), [0, 2], Rows(mixed, 1, 3));
    }

    [Theory]
    [MemberData(nameof(VeryDifferentLengths))]
    public void TextsOfVeryDifferentLengths_AreComputedAsAlone(string encoder, int[] lengths)
    {
        var config = TinyModels.WithFeedback(((TransformerEncoderConfig)Combinations.Encoder(encoder)) with { MaxPositions = 256 }, initialScale: 0.5);
        config = config with { MaxTokens = 200, Feedback = config.Feedback! with { ReentryLayer = 1 } };
        using var backend = Backend(config);
        using var together = backend.Start();
        var texts = TinyModels.Texts(lengths);
        var alone = texts.Select(text =>
        {
            var run = backend.Start();
            run.Add(PackedTokens.Pack([text]));
            return run;
        }).ToArray();

        together.Add(PackedTokens.Pack(texts));
        for (var round = 0; round <= 2; round++)
        {
            var expected = alone.Select(run => run.Advance()).ToArray();
            AssertRows(new RoundOutput([.. expected.Select(output => output.Rounds[0])], [.. expected.Select(output => output.Logits[0])], null), [0, 1, 2, 3, 4], together.Advance());
        }

        Array.ForEach(alone, run => run.Dispose());
    }

    [Fact]
    public void TextsThatJoinAndLeaveBeforeARound_AreNotComputed()
    {
        using var backend = Backend(TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5));
        using var run = Start(backend);
        using var alone = Start(backend);
        run.Advance();
        alone.Advance();
        run.Add(PackedTokens.Pack(Texts));
        run.Keep([1, 2, 6]);
        var mixed = run.Advance();

        Assert.Equal([1, 1, 0], mixed.Rounds);
        AssertRows(alone.Advance(), [1, 2], Rows(mixed, 0, 2));
        run.Keep([2]);
        Assert.Equal([1], run.Advance().Rounds);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void LayersBelowTheReentryPoint_NeverRunTwice(int reentryLayer)
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5);
        config = config with { Feedback = config.Feedback! with { ReentryLayer = reentryLayer } };
        var classifier = Classifier(config);
        using var backend = new TorchBackend(classifier, CPU);
        using var undisturbed = Backend(config);
        using var run = Start(backend);
        using var other = Start(undisturbed);
        run.Advance();
        other.Advance();

        // Whoever read these weights again would give NaN.
        using (no_grad())
        {
            foreach (var (_, weight) in classifier.Encoder.named_parameters().Where(entry => classifier.Encoder.BlockOf(entry.name) <= reentryLayer))
            {
                weight.fill_(double.NaN);
            }
        }

        AssertRows(other.Advance(), [0, 1, 2, 3, 4], run.Advance());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(0, 5)]
    [InlineData(-1, 0)]
    public void Keep_RefusesRowsOutOfOrderOrRange(int first, int second)
    {
        using var backend = Backend(TinyModels.WithFeedback());
        using var run = Start(backend);

        Assert.Throws<ArgumentException>(() => run.Keep([first, second]));
    }

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void Traces_SumToOneAndLieBetweenZeroAndOne(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var backend = Backend(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5));
        using var run = Start(backend);

        Assert.All(run.Advance(withTrace: true).Traces!, trace => Assert.Equal((null, null), (trace.Attention, trace.GateMean)));
        var traces = run.Advance(withTrace: true).Traces!;

        Assert.Equal(Texts.Length, traces.Length);
        for (var text = 0; text < traces.Length; text++)
        {
            Assert.Equal(feedback == FeedbackKind.Attention ? Texts[text].Ids.Length : null, traces[text].Attention?.Length);
            Assert.Equal(1, traces[text].Attention?.Sum() ?? 1, 1e-5);
            Assert.Equal(fusion == FusionKind.Add, traces[text].GateMean is null);
            Assert.InRange(traces[text].GateMean ?? 0.9, 0.5, 1);
        }
    }

    [Fact]
    public void Start_RefusesAClassifierInTrainingMode()
    {
        var classifier = Classifier(TinyModels.WithFeedback());
        using var backend = new TorchBackend(classifier, CPU);
        classifier.Encoder.train();

        Assert.Throws<InvalidOperationException>(backend.Start);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    public void TwoThousandClassifications_LeaveNoTensorBehind(string encoder)
    {
        using var backend = Backend(TinyModels.WithFeedback(Combinations.Encoder(encoder), initialScale: 0.5));
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1));

        var growth = TensorGuard.Growth(2000, () =>
        {
            using var run = backend.Start();
            run.Add(tokens);
            run.Advance(withTrace: true);
            run.Keep([1]);
            run.Add(tokens);
            run.Advance(withTrace: true);
        });

        Assert.Equal(0, growth);
    }

    private static TextClassifier Classifier(ClassifierConfig config)
    {
        manual_seed(3);
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Shake(classifier);
        return classifier;
    }

    private static TorchBackend Backend(ClassifierConfig config) => new(Classifier(config), CPU);

    private static IClassifierRun Start(TorchBackend backend)
    {
        var run = backend.Start();
        run.Add(PackedTokens.Pack(Texts));
        return run;
    }

    private static RoundOutput Rows(RoundOutput output, int from, int to) => new([.. output.Rounds.Skip(from).Take(to - from)], output.Logits[from..to], null);

    private static void AssertRows(RoundOutput full, int[] rows, RoundOutput narrowed)
    {
        Assert.Equal(rows.Select(row => full.Rounds[row]), narrowed.Rounds);
        Assert.Equal(rows.Length, narrowed.Logits.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            var differences = full.Logits[rows[row]].Zip(narrowed.Logits[row], (expected, actual) => Math.Abs(expected - actual));
            Assert.True(differences.Max() <= Tolerance, $"row {rows[row]}: {differences.Max()}");
        }
    }
}
