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

    /// <summary>Before the model is made.</summary>
    public static void SeedWeights(ulong seed) => Seed(DerivedSeed.Of(seed, Weights, 0));

    /// <summary>Before a training step.</summary>
    public static void SeedStep(ulong seed, long step) => Seed(DerivedSeed.Of(seed, Steps, (ulong)step));

    /// <summary>Feedback rounds of a training step that draws them: 0 … <paramref name="most"/>, each as likely. Leaves libtorch's generators alone.</summary>
    public static int DrawRounds(ulong seed, long step, int most) => new SplitMix64(DerivedSeed.Of(seed, Rounds, (ulong)step)).Next(most + 1);

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
