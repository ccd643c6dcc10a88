// Seed, thread count and live-tensor count of libtorch belong to the process, so tests that use them take turns.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
