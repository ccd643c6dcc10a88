using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Estimation;

/// <summary>
/// Steps, time and memory of a training from its options, the size of its data and the speed of the machine.
/// </summary>
/// <remarks>
/// Time per step = operations of the matrix products / their speed + bytes of everything else / its speed + calls.
/// Backward costs twice the forward. Figures per token row, H hidden, I intermediate, T tokens: transformer layer
/// 8H² + 4HI + 4TH operations; n-gram layer 4H²; feedback round 10H² and the layers above the re-entry again. A row of the
/// model is written and read about <see cref="PassesPerLayer"/> times per layer and round. The factors were fitted to the
/// presets on two cores; the range allows for what they leave out. In pre-training every token to be guessed costs 2H² + 2HV operations
/// and as many logits as there are tokens, V.
/// </remarks>
public static class TrainingEstimator
{
    private const double ForwardAndBackward = 3;

    // Without a gradient to the states the backward of a product is one product, not two.
    private const double ForwardAndHalfBackward = 2;
    private const double OperationsPerRound = 10;
    private const double PassesPerLayer = 24;
    private const double PassesPerRound = 30;
    private const double PassesPerLookUp = 12;

    // Logits of a guess, their softmax, and the gradients of both.
    private const double PassesPerGuess = 6;
    private const double KeptPassesPerGuess = 3.5;
    private const double SecondsPerCall = 20e-6;
    private const double CallsPerLayer = 60;

    // The product of small or thin matrices falls short of that of large square ones.
    private const double ShareOfPeak = 0.6;
    private const double Best = 0.7;
    private const double Worst = 2.5;
    private const double ShareWithEarlyStop = 0.5;

    // Runtime, libtorch and its workspace.
    private const long ProcessBytes = 450L << 20;
    private const double KeptPassesPerLayer = 14;

    /// <summary>Estimates a training.</summary>
    /// <param name="options">Effective options.</param>
    /// <param name="encoder">Family of the preset.</param>
    /// <param name="facts">Size of the data.</param>
    /// <param name="meanCharacters">Mean length of a text in UTF-16 code units.</param>
    /// <param name="ideographs">The texts are mostly Chinese or Japanese.</param>
    /// <param name="speed">Of the machine that will train, in the options' precision.</param>
    /// <param name="method">What it will train for.</param>
    public static TrainingEstimate Estimate(
        TrainingOptions options, EncoderFamilies encoder, DataFacts facts, double meanCharacters, bool ideographs, MachineSpeed speed, TrainingMethods method = TrainingMethods.Supervised)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(speed);
        var steps = (long)AutoRules.TotalSteps(facts, options);
        var tokens = Tokens(options, encoder, meanCharacters, ideographs);
        var rows = tokens * options.Schedule.BatchSize;
        var guesses = method == TrainingMethods.MaskedLanguageModeling ? Math.Max(options.Schedule.BatchSize, rows * options.Masking.MaskRatio) : 0;
        var secondsPerStep = SecondsPerStep(options, encoder, facts, tokens, rows, speed) + SecondsPerGuess(options, speed) * guesses;
        var seconds = steps * secondsPerStep;
        var low = seconds * Best * (options.Schedule.EarlyStoppingPatience > 0 ? ShareWithEarlyStop : 1);
        return new TrainingEstimate(steps, low, seconds * Worst, Memory(options, encoder, facts, tokens, rows) + (long)(guesses * options.Data.VocabularySize * sizeof(float) * KeptPassesPerGuess));
    }

    /// <summary>Token rows of a text of the given length.</summary>
    internal static double Tokens(TrainingOptions options, EncoderFamilies encoder, double characters, bool ideographs)
    {
        const double CharactersPerWord = 5.8, CharactersPerPiece = 4.6, ShareOfDistinct = 0.8;
        var data = options.Data;
        var tokens = ModelShape.ReadsWordPieces(options, encoder)
            ? (ideographs ? characters : characters / CharactersPerPiece) + 2
            : ideographs
                ? characters * data.IdeographNgramMax
                : ((characters / CharactersPerWord * data.WordNgramMax) + (data.CharNgramMax == 0 ? 0 : characters * (data.CharNgramMax - data.CharNgramMin + 1))) * ShareOfDistinct;
        return Math.Clamp(tokens * (1 - options.Regularization.NgramDropout), 1, data.MaxTokens);
    }

    private static double SecondsPerStep(TrainingOptions options, EncoderFamilies encoder, DataFacts facts, double tokens, double rows, MachineSpeed speed)
    {
        var (hidden, layers) = ((double)options.Architecture.HiddenSize, options.Architecture.Layers);
        var rounds = options.Feedback.Rounds * (options.Feedback.SampleRounds ? 0.5 : 1);
        var layerOperations = encoder == EncoderFamilies.Transformer
            ? (8 * hidden * hidden) + (4 * hidden * options.Architecture.IntermediateSize) + (4 * tokens * hidden)
            : 4 * hidden * hidden * Gates(encoder) * Sweeps(options, encoder);
        var layerRuns = layers + (rounds * (layers - Math.Min(layers, options.Feedback.ReentryLayer)));
        var loopPasses = options.Feedback.BackpropRounds == 0 ? ForwardAndHalfBackward : ForwardAndBackward;
        var operations = rows * ((LayerPasses(options, rounds) * layerOperations) + (loopPasses * rounds * OperationsPerRound * hidden * hidden));
        operations += ForwardAndBackward * options.Schedule.BatchSize * (rounds + 1) * 4 * hidden * facts.Classes;
        operations += ForwardAndBackward * rows * (rounds + 1) * 2 * ParameterCounts.OfPooling(options);
        var bytes = ElementBytes(options) * hidden * rows * ((layerRuns * PassesPerLayer) + ((rounds + 1) * PassesPerRound) + PassesPerLookUp);
        var dense = ParameterCounts.Of(options, encoder, facts).Learning * sizeof(float) * PassesPerLookUp;
        // A recurrent layer makes its calls anew at every time, unless its sweeps renew all states at once.
        var inOrder = (encoder & EncoderFamilies.Directed) != 0 || (encoder == EncoderFamilies.Bifnn && options.FixedPoint.SweepOrder == SweepOrder.Alternating);
        var times = (inOrder ? tokens : 1) * Sweeps(options, encoder);
        var calls = ((layerRuns * times) + (2 * rounds) + 2) * CallsPerLayer * SecondsPerCall;
        return (operations / (speed.MultiplicationsPerSecond * ShareOfPeak)) + ((bytes + dense) / speed.BytesPerSecond) + calls;
    }

    // Runs over a layer, as passes: forward, back to what it reads, back to its weights. The last is left out of weights that stay as they are, the second too where
    // nothing below learns, but for rounds of feedback that re-enter there.
    private static double LayerPasses(TrainingOptions options, double rounds)
    {
        var layers = options.Architecture.Layers;
        var reentry = Math.Min(layers, options.Feedback.ReentryLayer);
        if (options.Adapter.Kind != AdapterKind.None)
        {
            return ForwardAndHalfBackward * (layers + (rounds * (layers - reentry)));
        }

        var frozen = FrozenLayers(options);
        var frozenAgain = Math.Max(0, frozen - reentry);
        return frozen + (ForwardAndBackward * (layers - frozen))
            + (rounds * ((ForwardAndHalfBackward * frozenAgain) + (ForwardAndBackward * (layers - reentry - frozenAgain))));
    }

    private static int FrozenLayers(TrainingOptions options)
    {
        var layers = options.Architecture.Layers;
        return Math.Clamp(options.Optimizer.FrozenBlocks(layers, epoch: long.MaxValue) - 1, 0, layers);
    }

    private static double SecondsPerGuess(TrainingOptions options, MachineSpeed speed)
    {
        var (hidden, vocabulary) = ((double)options.Architecture.HiddenSize, (double)options.Data.VocabularySize);
        var operations = ForwardAndBackward * 2 * hidden * (hidden + vocabulary);
        return (operations / (speed.MultiplicationsPerSecond * ShareOfPeak)) + (PassesPerGuess * vocabulary * sizeof(float) / speed.BytesPerSecond);
    }

    private static long Memory(TrainingOptions options, EncoderFamilies encoder, DataFacts facts, double tokens, double rows)
    {
        // N-grams not met before, per text of the training part: 4 on Banking77, 21 on THUCNews titles, 28 on AG News.
        const int NewNgramsPerText = 28;
        var sizes = options.Architecture;
        var tableRows = ModelShape.ReadsWordPieces(options, encoder) ? options.Data.VocabularySize : Math.Min(sizes.Buckets, facts.Rows * (double)NewNgramsPerText);
        var table = encoder == EncoderFamilies.Mlp ? tableRows * sizes.HiddenSize : 0;

        // Weights, the best weights, and once more while a checkpoint is written; parameters that learn, but for the table, have two moments too.
        var (learning, frozen) = ParameterCounts.Of(options, encoder, facts);
        var weights = (((table + frozen) * 3) + (learning * 5)) * sizeof(float);
        if (options.Optimizer.Precision == ComputePrecision.Bfloat16)
        {
            // The copy that steps compute with, and its gradients.
            weights += (table + frozen + (2 * learning)) * ElementBytes(options);
        }

        // Nothing has to be kept of layers that no gradient reaches.
        var reached = options.Feedback.Rounds > 0 ? sizes.Layers : sizes.Layers - FrozenLayers(options);
        var layerRuns = reached + (options.Feedback.Rounds * (sizes.Layers + 2)) + 2;
        var width = encoder == EncoderFamilies.Transformer ? sizes.HiddenSize + (sizes.IntermediateSize / 2.0) : sizes.HiddenSize;
        var kept = encoder == EncoderFamilies.Bifnn && options.FixedPoint.SolutionGradient != SolutionGradient.Implicit ? options.FixedPoint.GradientSweeps : 1;
        var activations = rows * width * ElementBytes(options) * KeptPassesPerLayer * layerRuns * kept;
        var data = facts.Rows * ((tokens * sizeof(int)) + 200);
        return ProcessBytes + (long)(weights + activations + data);
    }

    // Of what a step computes with; weights and moments are float32 whatever it is.
    private static int ElementBytes(TrainingOptions options) => options.Optimizer.Precision == ComputePrecision.Bfloat16 ? 2 : sizeof(float);

    // Runs over the text, forwards and back, that a layer's sweeps come to: those of the solver have no way back.
    private static double Sweeps(TrainingOptions options, EncoderFamilies encoder)
    {
        const double SolverSweeps = 8;
        var solver = options.FixedPoint;
        return encoder != EncoderFamilies.Bifnn ? 1
            : solver.SolutionGradient == SolutionGradient.Unrolled ? solver.GradientSweeps
            : (SolverSweeps / ForwardAndBackward) + (solver.SolutionGradient == SolutionGradient.Implicit ? SolverSweeps / ForwardAndBackward : solver.GradientSweeps);
    }

    // Matrices of a recurrent cell, of which each has one for the input and one for the state.
    internal static int Gates(EncoderFamilies encoder) => encoder switch
    {
        EncoderFamilies.Lstm => 4,
        EncoderFamilies.Gru => 3,
        _ => 1,
    };
}
