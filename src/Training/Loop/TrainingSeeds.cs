using FeedbackService.Training.Determinism;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Seeds libtorch from the run's seed and a counter, so that randomness needs no saved state and resumes at any step.</summary>
internal static class TrainingSeeds
{
    // Lower streams are those of the data: order, split, batches.
    private const ulong Steps = 10;
    private const ulong Weights = 11;
    private const ulong Rounds = 12;
    private const ulong Masks = 13;
    private const ulong ValidationMasks = 14;

    /// <summary>Before the model is made.</summary>
    public static void SeedWeights(ulong seed) => Seed(DerivedSeed.Of(seed, Weights, 0));

    /// <summary>Before a training step.</summary>
    public static void SeedStep(ulong seed, long step) => Seed(DerivedSeed.Of(seed, Steps, (ulong)step));

    /// <summary>Feedback rounds of a training step that draws them: 0 … <paramref name="most"/>, each as likely. Leaves libtorch's generators alone.</summary>
    public static int DrawRounds(ulong seed, long step, int most) => new SplitMix64(DerivedSeed.Of(seed, Rounds, (ulong)step)).Next(most + 1);

    /// <summary>For what is hidden of one text at a training step.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">Number of the step.</param>
    /// <param name="place">Of the text in its batch.</param>
    public static ulong OfMasks(ulong seed, long step, int place) => DerivedSeed.Of(DerivedSeed.Of(seed, Masks, (ulong)step), Masks, (ulong)place);

    /// <summary>For what is hidden of one text of the validation part, at every evaluation.</summary>
    public static ulong OfValidationMasks(ulong seed, int text) => DerivedSeed.Of(seed, ValidationMasks, (ulong)text);

    private static void Seed(ulong seed)
    {
        // Unlike in PyTorch, manual_seed reaches the CPU's generator alone.
        manual_seed(unchecked((long)seed)).Dispose();
        if (cuda_is_available())
        {
            cuda.manual_seed_all(unchecked((long)seed));
        }
    }
}
