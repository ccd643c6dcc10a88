namespace FeedbackService.Training.Determinism;

/// <summary>Seeds for parts of a run, so that epoch 3 or step 2,000 can be reproduced without the ones before.</summary>
public static class DerivedSeed
{
    /// <summary>hash(seed, stream, index): independent for all practical purposes when any of the three differs.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the seed is for: a constant per use, so that uses do not share numbers.</param>
    /// <param name="index">Epoch or step.</param>
    public static ulong Of(ulong seed, ulong stream, ulong index) =>
        SplitMix64.Mix(SplitMix64.Mix(SplitMix64.Mix(seed + 0x9E3779B97F4A7C15) + stream + 0xD1B54A32D192ED03) + index + 0x8CB92BA72F3D8DD7);
}
