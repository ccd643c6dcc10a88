// The tours share one service and its one worker; side by side they would wait for each other's trainings.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
